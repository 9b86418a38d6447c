// Between JavaScript's values and ours.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <string>
#include <vector>

#include "../core/client.h"
#include "../core/slab.h"

namespace millrace::js {

napi_value undefined(napi_env env);
napi_value of(napi_env env, double number);
napi_value of(napi_env env, bool truth);
napi_value of(napi_env env, const std::string &text);
napi_value of(napi_env env, const Problem &problem);
napi_value of(napi_env env, const std::vector<PartitionOffset> &partitions);
// Undefined where there are none.
napi_value of(napi_env env, const std::vector<Event> &events);
void set(napi_env env, napi_value object, const char *name, napi_value value);
void set(napi_env env, napi_value object, const char *name, napi_callback callback);

// What is of another type becomes 0, false, nothing: only our own TypeScript calls, and it is checked there.
double number(napi_env env, napi_value value);
bool truth(napi_env env, napi_value value);
std::string text(napi_env env, napi_value value);
std::vector<std::string> texts(napi_env env, napi_value value);
std::vector<PartitionOffset> partitions(napi_env env, napi_value value);
// The name and the value of each, one after the other.
Properties properties(napi_env env, napi_value value);

// A slab from its bytes, and the numbers of its places. Throws and answers false where they do not match.
bool slab(napi_env env, const napi_value *arguments, Slab &slab);

void fail(napi_env env, int32_t code, const std::string &message);

}  // namespace millrace::js
