#include "hash_methods.h"

#include <memory>
#include <new>

#include "../core/sha256.h"

namespace millrace {

namespace {

// Of UTF-8: ids and addresses are shorter.
constexpr size_t kShortBytes = 512;
constexpr size_t kLongestCharacterBytes = 4;

napi_value hex_of(napi_env env, const sha256::State &digest) {
  char hex[sha256::kHexLength];
  sha256::to_hex(digest, hex);
  napi_value answer = nullptr;
  napi_create_string_latin1(env, hex, sizeof hex, &answer);
  return answer;
}

template <typename Digest>
napi_value hash_long(napi_env env, napi_value text, const Digest &digest) {
  size_t length = 0;
  napi_get_value_string_utf8(env, text, nullptr, 0, &length);
  const std::unique_ptr<uint8_t[]> bytes(new (std::nothrow) uint8_t[length + sha256::kPaddingBytes]);
  if (bytes == nullptr) {
    napi_throw_error(env, nullptr, "no memory for a text to hash");
    return nullptr;
  }
  // With room for the zero that it writes behind.
  napi_get_value_string_utf8(env, text, reinterpret_cast<char *>(bytes.get()), length + 1, &length);
  return hex_of(env, digest(bytes.get(), length));
}

// What is no text becomes nothing elsewhere; here that would be the hash of another value.
template <typename Digest>
napi_value hash(napi_env env, napi_value text, const Digest &digest) {
  uint8_t bytes[kShortBytes + sha256::kPaddingBytes];
  size_t length = 0;
  if (napi_get_value_string_utf8(env, text, reinterpret_cast<char *>(bytes), kShortBytes, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "only a text can be hashed");
    return nullptr;
  }
  // A character more would not have fitted, so there may be one.
  if (length + kLongestCharacterBytes >= kShortBytes) return hash_long(env, text, digest);
  return hex_of(env, digest(bytes, length));
}

napi_value sha256_of(napi_env env, napi_callback_info info) {
  napi_value text;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &text, nullptr, nullptr);
  return hash(env, text, [](uint8_t *message, size_t length) { return sha256::digest(message, length); });
}

napi_value hmac_of(napi_env env, napi_callback_info info) {
  napi_value text;
  size_t count = 1;
  void *data = nullptr;
  napi_get_cb_info(env, info, &count, &text, nullptr, &data);
  const auto &hmac = *static_cast<const sha256::Hmac *>(data);
  return hash(env, text, [&](uint8_t *message, size_t length) { return hmac.digest(message, length); });
}

// key: Uint8Array, which is not kept. The answer has the schedule for as long as anybody has the answer.
napi_value create_hmac(napi_env env, napi_callback_info info) {
  napi_value key, answer;
  size_t count = 1, length = 0;
  void *bytes = nullptr;
  napi_typedarray_type type;
  napi_get_cb_info(env, info, &count, &key, nullptr, nullptr);
  if (napi_get_typedarray_info(env, key, &type, &length, &bytes, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    napi_throw_type_error(env, nullptr, "a key is a Uint8Array");
    return nullptr;
  }
  auto hmac = std::make_unique<sha256::Hmac>(static_cast<const uint8_t *>(bytes), length);
  if (napi_create_function(env, "hmac", NAPI_AUTO_LENGTH, hmac_of, hmac.get(), &answer) != napi_ok) return nullptr;
  const auto drop = [](napi_env, void *data, void *) { delete static_cast<sha256::Hmac *>(data); };
  if (napi_add_finalizer(env, answer, hmac.get(), drop, nullptr, nullptr) != napi_ok) return nullptr;
  hmac.release();
  return answer;
}

}  // namespace

void export_hashes(napi_env env, napi_value exports) {
  if (!sha256::available()) return;
  js::set(env, exports, "sha256", sha256_of);
  js::set(env, exports, "createHmac", create_hmac);
}

}  // namespace millrace
