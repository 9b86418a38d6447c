#include "methods.h"

namespace millrace {

namespace {

Session *open_session(const Arguments &call) {
  Session *session = Session::any(call.env, call.self);
  return session == nullptr ? nullptr : Session::of(call.env, call.self, session->kind());
}

napi_value serve(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Session *session = open_session(call);
  return session == nullptr ? nullptr : js::of(env, session->client().serve());
}

using Counts = std::vector<std::pair<std::string, int32_t>>;

struct Metadata {
  Problem problem;
  Counts counts;
};

napi_value object_of(napi_env env, const Metadata &metadata) {
  napi_value answer, names, counts;
  napi_create_object(env, &answer);
  napi_create_array_with_length(env, metadata.counts.size(), &names);
  napi_create_array_with_length(env, metadata.counts.size(), &counts);
  for (size_t i = 0; i < metadata.counts.size(); i++) {
    napi_set_element(env, names, i, js::of(env, metadata.counts[i].first));
    napi_set_element(env, counts, i, js::of(env, static_cast<double>(metadata.counts[i].second)));
  }
  js::set(env, answer, "problem", js::of(env, metadata.problem));
  js::set(env, answer, "topics", names);
  js::set(env, answer, "partitions", counts);
  return answer;
}

// all: boolean, timeoutMs
napi_value metadata(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Session *session = open_session(call);
  if (session == nullptr) return nullptr;
  const auto answer = std::make_shared<Metadata>();
  const bool all = js::truth(env, call.values[0]);
  const int32_t timeout_ms = call.integer(1);
  const Client &client = session->client();
  return session->call(
      [=, &client] { answer->problem = client.metadata(timeout_ms, all, answer->counts); },
      [answer](napi_env in) { return object_of(in, *answer); });
}

napi_value close(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  Session *session = Session::any(env, call.self);
  return session == nullptr ? nullptr : session->close();
}

}  // namespace

Arguments::Arguments(napi_env in, napi_callback_info info) : env(in) {
  size_t count = kMost;
  napi_get_cb_info(in, info, &count, values, &self, nullptr);
}

std::vector<napi_property_descriptor> client_methods() {
  return {method("serve", serve), method("metadata", metadata), method("close", close)};
}

}  // namespace millrace
