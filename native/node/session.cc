#include "session.h"

#include "../core/consumer.h"
#include "../core/producer.h"

namespace millrace {

struct Session::Call {
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  std::function<void()> run;
  std::function<napi_value(napi_env)> answer;
  // Told when it is over.
  Session *session = nullptr, *also = nullptr;
};

napi_value Session::open(napi_env env, Kind kind, napi_value object, const Properties &properties,
                         napi_value listener) {
  auto *session = new Session(env, kind);
  session->waker_ = new UvWaker(env, listener);
  Problem problem;
  if (kind == Kind::kConsumer) session->client_ = Consumer::open(properties, *session->waker_, problem);
  else session->client_ = Producer::open(properties, *session->waker_, problem);
  if (problem) {
    session->waker_->close();
    delete session;
    js::fail(env, problem.code, problem.text);
    return js::undefined(env);
  }
  napi_wrap(env, object, session, on_collected, nullptr, nullptr);
  napi_create_reference(env, object, 1, &session->self_);
  return object;
}

Session *Session::any(napi_env env, napi_value object) {
  void *session = nullptr;
  if (napi_unwrap(env, object, &session) == napi_ok) return static_cast<Session *>(session);
  js::fail(env, RD_KAFKA_RESP_ERR__INVALID_ARG, "this is no client");
  return nullptr;
}

Session *Session::of(napi_env env, napi_value object, Kind kind) {
  Session *session = any(env, object);
  if (session == nullptr) return nullptr;
  if (!session->closing_ && session->kind_ == kind) return session;
  js::fail(env, RD_KAFKA_RESP_ERR__STATE, session->closing_ ? "the client is closed" : "this is another kind of client");
  return nullptr;
}

napi_value Session::call(std::function<void()> work, std::function<napi_value(napi_env)> answer, Session *also) {
  auto call = std::make_unique<Call>();
  call->run = std::move(work);
  call->answer = std::move(answer);
  call->session = this;
  call->also = also;
  calls_++;
  if (also != nullptr) also->calls_++;
  return start(env_, std::move(call));
}

napi_value Session::start(napi_env env, std::unique_ptr<Call> call) {
  napi_value promise;
  napi_create_promise(env, &call->deferred, &promise);
  napi_create_async_work(env, nullptr, js::of(env, std::string("millrace")), on_work, on_done, call.get(),
                         &call->work);
  napi_queue_async_work(env, call->work);
  call.release();
  return promise;
}

void Session::on_work(napi_env, void *data) { static_cast<Call *>(data)->run(); }

void Session::on_done(napi_env env, napi_status status, void *data) {
  const std::unique_ptr<Call> call(static_cast<Call *>(data));
  // Cancelled: the environment is ending, and nobody waits any more.
  if (status == napi_ok) napi_resolve_deferred(env, call->deferred, call->answer(env));
  napi_delete_async_work(env, call->work);
  if (status != napi_ok) return;
  call->session->ended();
  if (call->also != nullptr) call->also->ended();
}

void Session::ended() {
  calls_--;
  if (closing_) end_if_idle();
}

napi_value Session::close() {
  napi_value promise;
  if (closing_) {
    napi_get_reference_value(env_, closed_promise_, &promise);
    return promise;
  }
  closing_ = true;
  napi_create_promise(env_, &closed_, &promise);
  napi_create_reference(env_, promise, 1, &closed_promise_);
  end_if_idle();
  return promise;
}

void Session::end_if_idle() {
  if (calls_ > 0 || ending_) return;
  ending_ = true;
  client_->release();
  auto call = std::make_unique<Call>();
  call->run = [this] { client_->destroy(); };
  call->answer = [this](napi_env env) {
    on_destroyed();
    return js::undefined(env);
  };
  call->session = this;
  calls_++;
  start(env_, std::move(call));
}

void Session::on_destroyed() {
  // Its threads are gone, so nobody wakes any more.
  waker_->close();
  waker_ = nullptr;
  client_.reset();
  napi_resolve_deferred(env_, closed_, js::undefined(env_));
  napi_delete_reference(env_, self_);
  self_ = nullptr;
}

void Session::on_collected(napi_env env, void *data, void *) {
  auto *session = static_cast<Session *>(data);
  // The environment ends with the client open: its threads go on until the process ends, so their memory stays.
  if (session->client_ != nullptr) return;
  if (session->closed_promise_ != nullptr) napi_delete_reference(env, session->closed_promise_);
  delete session;
}

}  // namespace millrace
