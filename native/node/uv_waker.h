// Wakes Node's event loop from librdkafka's threads.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>
#include <uv.h>

#include <atomic>
#include <mutex>

#include "../core/client.h"

namespace millrace {

// Made on the heap, and ends itself by `close`. Where the environment ends first, it stays in memory: threads of librdkafka
// may still come by, and find it deaf.
class UvWaker : public Waker {
 public:
  // `listener` is called without arguments, once for however many wakes there were.
  UvWaker(napi_env env, napi_value listener);

  void wake() override;
  // No thread may wake any more.
  void close();

 private:
  ~UvWaker() override = default;
  static void on_async(uv_async_t *async);
  static void on_environment_end(void *waker);
  void call();

  napi_env env_;
  napi_ref listener_ = nullptr;
  napi_async_context context_ = nullptr;
  uv_async_t async_;
  std::mutex mutex_;
  bool deaf_ = false;
  std::atomic<bool> pending_{false};
};

}  // namespace millrace
