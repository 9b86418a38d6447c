// Headers as they lie in a slab's arena, one after the other: name length, name, value length, value.
#pragma once

#include "librdkafka.h"
#include "slab.h"

namespace millrace {

// Answers false where the bytes are no headers; nothing is left to be destroyed then.
bool read_headers(const Bytes &bytes, rd_kafka_headers_t **headers);

}  // namespace millrace
