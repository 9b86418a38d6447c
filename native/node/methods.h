// Methods of the two kinds of clients.
#pragma once

#include "session.h"

namespace millrace {

// What a method was called with. Arguments that were left out are undefined.
struct Arguments {
  static constexpr size_t kMost = 10;

  Arguments(napi_env env, napi_callback_info info);

  double number(int at) const { return js::number(env, values[at]); }
  int32_t integer(int at) const { return static_cast<int32_t>(number(at)); }
  std::string text(int at) const { return js::text(env, values[at]); }
  std::vector<PartitionOffset> partitions(int at) const { return js::partitions(env, values[at]); }

  napi_env env;
  napi_value self;
  napi_value values[kMost];
};

// Those that both have.
std::vector<napi_property_descriptor> client_methods();
std::vector<napi_property_descriptor> consumer_methods();
std::vector<napi_property_descriptor> producer_methods();

inline napi_property_descriptor method(const char *name, napi_callback callback) {
  return {name, nullptr, callback, nullptr, nullptr, nullptr, napi_default_method, nullptr};
}

}  // namespace millrace
