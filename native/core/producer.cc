#include "producer.h"

#include <algorithm>

#include "headers.h"
#include "murmur2.h"

namespace millrace {

namespace {

// Batches come in turn, so what is counted belongs to one of the last few.
constexpr size_t kLookBack = 8;

// Where Java clients put it; without a key where the record came from, so that rows keep its order.
int32_t partition_of(const OutputRow &row, int32_t input_partition, int32_t partitions) {
  if (row.key.start == nullptr) return input_partition % partitions;
  return static_cast<int32_t>((murmur2(row.key.start, row.key.length) & 0x7fffffff) % static_cast<uint32_t>(partitions));
}

rd_kafka_vu_t bytes_of(rd_kafka_vtype_t type, const Bytes &bytes) {
  rd_kafka_vu_t value;
  value.vtype = type;
  value.u.mem.ptr = const_cast<uint8_t *>(bytes.start);
  value.u.mem.size = bytes.length;
  return value;
}

}  // namespace

std::unique_ptr<Producer> Producer::open(const Properties &properties, Waker &waker, Problem &problem) {
  std::unique_ptr<Producer> producer(new Producer(waker));
  problem = producer->Client::open(RD_KAFKA_PRODUCER, properties, RD_KAFKA_EVENT_DR);
  if (problem) return nullptr;
  producer->own(rdk::rd_kafka_queue_get_main(producer->rk_));
  return producer;
}

Producer::~Producer() { release(); }

void Producer::release() {
  for (const Topic &topic : topics_) {
    if (topic.handle != nullptr) rdk::rd_kafka_topic_destroy(topic.handle);
  }
  topics_.clear();
  Client::release();
}

bool Producer::set_outputs(const std::vector<Output> &outputs) {
  if (topics_.empty()) {
    for (const Output &output : outputs) {
      topics_.push_back({rdk::rd_kafka_topic_new(rk_, output.topic.c_str(), nullptr), output.topic, 0});
    }
  }
  if (outputs.size() != topics_.size()) return false;
  for (size_t i = 0; i < outputs.size(); i++) {
    if (topics_[i].handle == nullptr || topics_[i].name != outputs[i].topic) return false;
    topics_[i].partitions = outputs[i].partitions;
  }
  return true;
}

Handed Producer::produce(const Slab &slab, int32_t first, int32_t end, uint64_t batch, int32_t input_partition) {
  if (first < 0 || end > slab.places().rows) return {first, RD_KAFKA_RESP_ERR__INVALID_ARG};
  for (int32_t index = first; index < end; index++) {
    OutputRow row;
    const int32_t code = slab.row(index, row) ? hand(row, batch, input_partition) : RD_KAFKA_RESP_ERR__INVALID_ARG;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return {index, code};
  }
  return {end, RD_KAFKA_RESP_ERR_NO_ERROR};
}

int32_t Producer::hand(const OutputRow &row, uint64_t batch, int32_t input_partition) const {
  if (row.output < 0 || static_cast<size_t>(row.output) >= topics_.size() || input_partition < 0) {
    return RD_KAFKA_RESP_ERR__INVALID_ARG;
  }
  const Topic &topic = topics_[row.output];
  if (topic.partitions <= 0) return RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
  rd_kafka_headers_t *headers = nullptr;
  if (row.headers.length > 0 && !read_headers(row.headers, &headers)) return RD_KAFKA_RESP_ERR__INVALID_ARG;

  rd_kafka_vu_t values[8];
  values[0].vtype = RD_KAFKA_VTYPE_RKT;
  values[0].u.rkt = topic.handle;
  values[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  values[1].u.i32 = partition_of(row, input_partition, topic.partitions);
  values[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  values[2].u.i = RD_KAFKA_MSG_F_COPY;
  values[3] = bytes_of(RD_KAFKA_VTYPE_KEY, row.key);
  values[4] = bytes_of(RD_KAFKA_VTYPE_VALUE, row.value);
  values[5].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  // It takes 0 for "now" and has no word for "none", which a record of an old format may bring.
  values[5].u.i64 = std::max<int64_t>(row.timestamp_ms, 0);
  values[6].vtype = RD_KAFKA_VTYPE_OPAQUE;
  values[6].u.ptr = reinterpret_cast<void *>(static_cast<uintptr_t>(batch));
  values[7].vtype = RD_KAFKA_VTYPE_HEADERS;
  values[7].u.headers = headers;
  rd_kafka_error_t *error = rdk::rd_kafka_produceva(rk_, values, headers == nullptr ? 7 : 8);
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  // Taken over only where the row was.
  if (headers != nullptr) rdk::rd_kafka_headers_destroy(headers);
  return problem_of(error).code;
}

bool Producer::take(rd_kafka_event_t *event, rd_kafka_event_type_t type) {
  if (type != RD_KAFKA_EVENT_DR) return Client::take(event, type);
  while (const rd_kafka_message_t *message = rdk::rd_kafka_event_message_next(event)) {
    count(reinterpret_cast<uintptr_t>(message->_private), message->err);
  }
  return true;
}

void Producer::count(uint64_t batch, int32_t code) {
  const size_t look = std::min(kLookBack, deliveries_.size());
  for (auto delivery = deliveries_.rbegin(); delivery != deliveries_.rbegin() + static_cast<int64_t>(look); ++delivery) {
    if (delivery->batch != batch || delivery->code != code) continue;
    delivery->rows++;
    return;
  }
  deliveries_.push_back({batch, code, 1});
}

Problem Producer::purge(bool in_flight) const {
  const int flags = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING |
                    (in_flight ? static_cast<int>(RD_KAFKA_PURGE_F_INFLIGHT) : 0);
  return problem_of(rdk::rd_kafka_purge(rk_, flags));
}

Problem Producer::send_offsets(const std::vector<PartitionOffset> &offsets, rd_kafka_t *member, int timeout_ms) const {
  rd_kafka_consumer_group_metadata_t *metadata = rdk::rd_kafka_consumer_group_metadata(member);
  if (metadata == nullptr) return problem_of(RD_KAFKA_RESP_ERR__STATE);
  const Problem problem = problem_of(
      rdk::rd_kafka_send_offsets_to_transaction(rk_, list_of(offsets).get(), metadata, timeout_ms));
  rdk::rd_kafka_consumer_group_metadata_destroy(metadata);
  return problem;
}

}  // namespace millrace
