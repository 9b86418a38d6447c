// What the addon exports: `load`, once a process, then `describe` and the two kinds of clients; hashes; and `sources`, a digest
// by which an addon is recognised that was built before these sources were changed. Workers load it, too, for the hashes
// alone: here nothing begins, and librdkafka is not touched before `load`.
#include "hash_methods.h"
#include "methods.h"

namespace millrace {

namespace {

template <Session::Kind kind>
napi_value construct(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  if (rdk::rd_kafka_new == nullptr) {
    js::fail(env, RD_KAFKA_RESP_ERR__STATE, "no librdkafka has been loaded");
    return nullptr;
  }
  return Session::open(env, kind, call.self, js::properties(env, call.values[0]), call.values[1]);
}

// path. Answers the file and the version.
napi_value load(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  const std::string problem = rdk::load(call.text(0));
  if (!problem.empty()) {
    js::fail(env, RD_KAFKA_RESP_ERR__INVALID_ARG, problem);
    return nullptr;
  }
  napi_value answer;
  napi_create_object(env, &answer);
  js::set(env, answer, "file", js::of(env, std::string(rdk::loaded_from())));
  js::set(env, answer, "version", js::of(env, std::string(rdk::rd_kafka_version_str())));
  return answer;
}

// An error code, in words.
napi_value describe(napi_env env, napi_callback_info info) {
  const Arguments call(env, info);
  if (rdk::rd_kafka_err2str == nullptr) return nullptr;
  return js::of(env, std::string(rdk::rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(call.integer(0)))));
}

void define(napi_env env, napi_value exports, const char *name, napi_callback constructor,
            std::vector<napi_property_descriptor> methods) {
  for (const auto &method : client_methods()) methods.push_back(method);
  napi_value type;
  napi_define_class(env, name, NAPI_AUTO_LENGTH, constructor, nullptr, methods.size(), methods.data(), &type);
  js::set(env, exports, name, type);
}

}  // namespace

napi_value initialize(napi_env env, napi_value exports) {
  define(env, exports, "Consumer", construct<Session::Kind::kConsumer>, consumer_methods());
  define(env, exports, "Producer", construct<Session::Kind::kProducer>, producer_methods());
  js::set(env, exports, "load", load);
  js::set(env, exports, "describe", describe);
  export_hashes(env, exports);
  js::set(env, exports, "sources", js::of(env, std::string(MILLRACE_SOURCES)));
  return exports;
}

}  // namespace millrace

NAPI_MODULE_INIT() { return millrace::initialize(env, exports); }
