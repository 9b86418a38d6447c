// Hashes of texts, for workers: of all that the addon exports they alone are called in other threads than the main one.
#pragma once

#include "js.h"

namespace millrace {

// `sha256(text)` and `createHmac(key)`, which answers such a function. Neither where Node's OpenSSL can't be had.
void export_hashes(napi_env env, napi_value exports);

}  // namespace millrace
