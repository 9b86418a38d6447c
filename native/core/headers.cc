#include "headers.h"

#include <cstring>

namespace millrace {

namespace {

// A length and as many bytes behind it. False if they reach beyond the end.
bool take(const Bytes &bytes, int64_t &at, Bytes &piece) {
  if (at + 4 > bytes.length) return false;
  uint32_t length;
  std::memcpy(&length, bytes.start + at, 4);
  if (at + 4 + static_cast<int64_t>(length) > bytes.length) return false;
  piece = {bytes.start + at + 4, static_cast<int32_t>(length)};
  at += 4 + static_cast<int64_t>(length);
  return true;
}

}  // namespace

bool read_headers(const Bytes &bytes, rd_kafka_headers_t **headers) {
  *headers = rdk::rd_kafka_headers_new(4);
  Bytes name, value;
  for (int64_t at = 0; at < bytes.length;) {
    if (!take(bytes, at, name) || !take(bytes, at, value)) {
      rdk::rd_kafka_headers_destroy(*headers);
      *headers = nullptr;
      return false;
    }
    rdk::rd_kafka_header_add(*headers, reinterpret_cast<const char *>(name.start), name.length, value.start,
                             value.length);
  }
  return true;
}

}  // namespace millrace
