#include "slab_writer.h"

#include <algorithm>
#include <cstring>

namespace millrace {

namespace {

enum BatchColumn { kEpoch, kPartition, kFirstRecord, kTopicStart, kTopicEnd };
enum RecordColumn {
  kOffsetLow,
  kOffsetHigh,
  kTimestampLow,
  kTimestampHigh,
  kKeyStart,
  kKeyEnd,
  kValueEnd,
  kHeadersEnd,
  kOmittedBytes
};

void put_u32(uint8_t *at, uint32_t value) { std::memcpy(at, &value, sizeof value); }

// The headers are parsed here, the first time that somebody asks.
const rd_kafka_headers_t *headers_of(const rd_kafka_message_t &message) {
  rd_kafka_headers_t *headers = nullptr;
  return rdk::rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR ? headers : nullptr;
}

template <typename Visit>
void each_header(const rd_kafka_headers_t *headers, Visit visit) {
  if (headers == nullptr) return;
  const char *name;
  const void *value;
  size_t size;
  for (size_t i = 0; rdk::rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
    // A header without a value becomes one with an empty value, on every transport.
    visit(name, std::strlen(name), value, value == nullptr ? 0 : size);
  }
}

}  // namespace

bool SlabWriter::attach(const Slab &slab, int32_t max_records, int64_t max_record_bytes) {
  slab_ = slab;
  max_record_bytes_ = max_record_bytes;
  max_records_ = std::min(max_records, slab.places().records);
  records_ = slab.header(kRecords);
  end_ = slab.header(kInputEnd);
  const int32_t batches = slab.header(kBatches);
  const SlabPlaces &places = slab.places();
  if (records_ < 0 || records_ > places.records || batches < 0 || batches > records_) return false;
  if (end_ < places.input || end_ > places.input_end) return false;
  epoch_ = batches == 0 ? -1 : slab.batch(kEpoch, batches - 1);
  return true;
}

int64_t SlabWriter::append(int32_t epoch, const std::string &topic, const rd_kafka_message_t &message) {
  const rd_kafka_headers_t *headers = headers_of(message);
  const int64_t key = message.key == nullptr ? 0 : static_cast<int64_t>(message.key_len);
  const int64_t value = message.payload == nullptr ? 0 : static_cast<int64_t>(message.len);
  int64_t size = key + value;
  each_header(headers, [&](const char *, size_t name, const void *, size_t bytes) { size += 8 + name + bytes; });
  const bool omit = size > max_record_bytes_;
  const int64_t needed = size - (omit ? value : 0) + static_cast<int64_t>(topic.size());
  if (room() == 0 || end_ + needed > slab_.places().input_end) return needed;

  if (epoch != epoch_) begin_batch(epoch, topic, message.partition);
  const int32_t index = records_;
  const auto column = [&](RecordColumn at, int64_t place) { slab_.record(at, index) = static_cast<int32_t>(place); };
  const int64_t timestamp = rdk::rd_kafka_message_timestamp(&message, nullptr);
  column(kOffsetLow, message.offset);
  column(kOffsetHigh, message.offset >> 32);
  column(kTimestampLow, timestamp);
  column(kTimestampHigh, timestamp >> 32);
  int64_t at = end_;
  column(kKeyStart, at);
  if (key > 0) std::memcpy(slab_.at(at), message.key, key);
  at += key;
  column(kKeyEnd, at);
  const bool whole = message.payload != nullptr && !omit;
  if (whole && value > 0) std::memcpy(slab_.at(at), message.payload, value);
  if (whole) at += value;
  else column(kOmittedBytes, value);
  column(kValueEnd, at);
  at = write_headers(headers, at);
  column(kHeadersEnd, at);
  slab_.flags(index) = static_cast<uint8_t>((message.key == nullptr ? kKeyIsNull : 0) |
                                            (message.payload == nullptr ? kValueIsNull : 0) |
                                            (omit ? kValueIsOmitted : 0));
  end_ = at;
  records_ = index + 1;
  slab_.header(kRecords) = records_;
  slab_.header(kInputEnd) = static_cast<int32_t>(at);
  return 0;
}

void SlabWriter::begin_batch(int32_t epoch, const std::string &topic, int32_t partition) {
  const int32_t batch = slab_.header(kBatches)++;
  slab_.batch(kEpoch, batch) = epoch;
  slab_.batch(kPartition, batch) = partition;
  slab_.batch(kFirstRecord, batch) = records_;
  slab_.batch(kTopicStart, batch) = static_cast<int32_t>(end_);
  std::memcpy(slab_.at(end_), topic.data(), topic.size());
  end_ += static_cast<int64_t>(topic.size());
  slab_.batch(kTopicEnd, batch) = static_cast<int32_t>(end_);
  epoch_ = epoch;
}

int64_t SlabWriter::write_headers(const rd_kafka_headers_t *headers, int64_t at) const {
  each_header(headers, [&](const char *name, size_t name_bytes, const void *value, size_t bytes) {
    put_u32(slab_.at(at), static_cast<uint32_t>(name_bytes));
    std::memcpy(slab_.at(at + 4), name, name_bytes);
    at += 4 + static_cast<int64_t>(name_bytes);
    put_u32(slab_.at(at), static_cast<uint32_t>(bytes));
    if (bytes > 0) std::memcpy(slab_.at(at + 4), value, bytes);
    at += 4 + static_cast<int64_t>(bytes);
  });
  return at;
}

}  // namespace millrace
