// SHA-256 of texts and HMAC-SHA-256, by the block function of the OpenSSL that Node itself has: with the instructions of the
// processor where there are some, and without what a general interface costs for a text of one block or two.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::sha256 {

constexpr size_t kBlockBytes = 64;
constexpr size_t kDigestBytes = 32;
constexpr size_t kHexLength = 2 * kDigestBytes;
// What padding needs behind a message: a byte, its length, and the rest of a block.
constexpr size_t kPaddingBytes = kBlockBytes + 8;

// Between two blocks.
struct State {
  uint32_t words[8];
};

// Whether this process has that function and it does what it should. Nothing else may be called if it has not.
bool available();

// The digest of a message. Writes the padding behind it, for which there must be room.
State digest(uint8_t *message, size_t length);

void to_hex(const State &digest, char *hex);

// A key's schedule: what both hashes of an HMAC begin with.
class Hmac {
 public:
  Hmac(const uint8_t *key, size_t length);
  // Writes the padding behind the message.
  State digest(uint8_t *message, size_t length) const;

 private:
  State inner_, outer_;
};

}  // namespace millrace::sha256
