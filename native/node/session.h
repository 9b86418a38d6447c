// A client as an object of JavaScript's. It stays alive until it is closed, and is closed only when no call of it is under
// way: librdkafka does not bear to be destroyed under one.
#pragma once

#include <functional>
#include <memory>

#include "js.h"
#include "uv_waker.h"

namespace millrace {

class Session {
 public:
  enum class Kind { kConsumer, kProducer };

  // Answers the object; throws and answers undefined where the client could not be made.
  static napi_value open(napi_env env, Kind kind, napi_value object, const Properties &properties, napi_value listener);

  // The session of the object that a method was called on; throws and answers null if it is closed, or not of the kind.
  static Session *of(napi_env env, napi_value object, Kind kind);
  // Likewise, closed or not.
  static Session *any(napi_env env, napi_value object);

  Kind kind() const { return kind_; }
  template <typename C>
  C &client() const {
    return static_cast<C &>(*client_);
  }
  Client &client() const { return *client_; }

  // Has a thread of the pool run `work`, and answers a promise of what `answer` makes of it. `also` stays open meanwhile.
  napi_value call(std::function<void()> work, std::function<napi_value(napi_env)> answer, Session *also = nullptr);
  // Answers a promise that it has ended. More than once is harmless.
  napi_value close();

 private:
  struct Call;

  Session(napi_env env, Kind kind) : env_(env), kind_(kind) {}
  static void on_work(napi_env env, void *call);
  static void on_done(napi_env env, napi_status status, void *call);
  static void on_collected(napi_env env, void *session, void *hint);
  static napi_value start(napi_env env, std::unique_ptr<Call> call);
  void ended();
  void end_if_idle();
  void on_destroyed();

  napi_env env_;
  Kind kind_;
  UvWaker *waker_ = nullptr;
  std::unique_ptr<Client> client_;
  napi_ref self_ = nullptr;
  int calls_ = 0;
  bool closing_ = false, ending_ = false;
  napi_deferred closed_ = nullptr;
  napi_ref closed_promise_ = nullptr;
};

}  // namespace millrace
