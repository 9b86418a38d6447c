#include "uv_waker.h"

#include "js.h"

namespace millrace {

UvWaker::UvWaker(napi_env env, napi_value listener) : env_(env) {
  uv_loop_t *loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  uv_async_init(loop, &async_, on_async);
  async_.data = this;
  napi_create_reference(env, listener, 1, &listener_);
  napi_async_init(env, nullptr, js::of(env, std::string("millrace")), &context_);
  napi_add_env_cleanup_hook(env, on_environment_end, this);
}

void UvWaker::wake() {
  if (pending_.load(std::memory_order_acquire)) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (deaf_ || pending_.exchange(true)) return;
  uv_async_send(&async_);
}

void UvWaker::close() {
  napi_remove_env_cleanup_hook(env_, on_environment_end, this);
  napi_delete_reference(env_, listener_);
  napi_async_destroy(env_, context_);
  deaf_ = true;
  listener_ = nullptr;
  uv_close(reinterpret_cast<uv_handle_t *>(&async_),
           [](uv_handle_t *handle) { delete static_cast<UvWaker *>(handle->data); });
}

void UvWaker::on_async(uv_async_t *async) {
  auto *waker = static_cast<UvWaker *>(async->data);
  // Before the listener looks: what comes from now on wakes again.
  waker->pending_.store(false);
  if (!waker->deaf_) waker->call();
}

void UvWaker::on_environment_end(void *data) {
  auto *waker = static_cast<UvWaker *>(data);
  const std::lock_guard<std::mutex> lock(waker->mutex_);
  waker->deaf_ = true;
  uv_close(reinterpret_cast<uv_handle_t *>(&waker->async_), nullptr);
}

void UvWaker::call() {
  napi_handle_scope scope;
  napi_open_handle_scope(env_, &scope);
  napi_value listener, global;
  napi_get_reference_value(env_, listener_, &listener);
  napi_get_global(env_, &global);
  if (napi_make_callback(env_, context_, global, listener, 0, nullptr, nullptr) == napi_pending_exception) {
    napi_value error;
    napi_get_and_clear_last_exception(env_, &error);
    napi_fatal_exception(env_, error);
  }
  napi_close_handle_scope(env_, scope);
}

}  // namespace millrace
