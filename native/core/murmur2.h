// The hash that Java clients place keyed records by; src/kafka/murmur2.ts is its twin.
#pragma once

#include <cstdint>

namespace millrace {

uint32_t murmur2(const uint8_t *bytes, int32_t length);

}  // namespace millrace
