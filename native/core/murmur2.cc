#include "murmur2.h"

#include <cstring>

namespace millrace {

uint32_t murmur2(const uint8_t *bytes, int32_t length) {
  constexpr uint32_t multiplier = 0x5bd1e995, seed = 0x9747b28c;
  uint32_t hash = seed ^ static_cast<uint32_t>(length);
  for (; length >= 4; bytes += 4, length -= 4) {
    uint32_t word;
    std::memcpy(&word, bytes, 4);
    word *= multiplier;
    word ^= word >> 24;
    hash = hash * multiplier ^ word * multiplier;
  }
  if (length > 2) hash ^= static_cast<uint32_t>(bytes[2]) << 16;
  if (length > 1) hash ^= static_cast<uint32_t>(bytes[1]) << 8;
  if (length > 0) hash = (hash ^ bytes[0]) * multiplier;
  hash ^= hash >> 13;
  hash *= multiplier;
  return hash ^ (hash >> 15);
}

}  // namespace millrace
