#include "consumer.h"

#include <algorithm>

namespace millrace {

namespace {

// Taken at once: more are only more to keep where they do not fit.
constexpr size_t kTake = 256;
// Of those that are no longer wanted a queue may hold any number; the thread has other things to do.
constexpr int kMostTakes = 64;

}  // namespace

std::unique_ptr<Consumer> Consumer::open(const Properties &properties, Waker &waker, Problem &problem) {
  std::unique_ptr<Consumer> consumer(new Consumer(waker));
  problem = consumer->Client::open(RD_KAFKA_CONSUMER, properties,
                                   RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT);
  if (problem) return nullptr;
  consumer->start();
  return consumer;
}

void Consumer::start() {
  rdk::rd_kafka_poll_set_consumer(rk_);
  own(rdk::rd_kafka_queue_get_consumer(rk_));
  replies_ = rdk::rd_kafka_queue_new(rk_);
  own(replies_);
  records_ = rdk::rd_kafka_queue_new(rk_);
  watch(records_);
}

Consumer::~Consumer() { release(); }

void Consumer::release() {
  pending_.clear();
  partitions_.clear();
  if (records_ != nullptr) rdk::rd_kafka_queue_destroy(records_);
  records_ = nullptr;
  Client::release();
}

void Consumer::destroy() {
  if (rk_ != nullptr) rdk::rd_kafka_consumer_close(rk_);
  Client::destroy();
}

Filled Consumer::fill(SlabWriter &writer) {
  Filled filled;
  const int32_t before = writer.records();
  rd_kafka_message_t *taken[kTake];
  partitions_.forget_last();
  for (int takes = 0; offer_pending(writer, filled) && writer.room() > 0 && takes < kMostTakes; takes++) {
    const size_t wanted = std::min<size_t>(kTake, writer.room());
    const ssize_t count = rdk::rd_kafka_consume_batch_queue(records_, 0, taken, wanted);
    if (count <= 0) break;
    for (ssize_t i = 0; i < count; i++) pending_.emplace_back(taken[i]);
  }
  filled.records = writer.records() - before;
  if (writer.records() > 0) filled.needs_bytes = 0;
  return filled;
}

bool Consumer::offer_pending(SlabWriter &writer, Filled &filled) {
  while (!pending_.empty()) {
    const rd_kafka_message_t &message = *pending_.front();
    const Fate fate = offer(message, writer, filled);
    if (fate == Fate::kWaits) return false;
    if (fate == Fate::kAside) partitions_.of(message)->aside.push_back(std::move(pending_.front()));
    pending_.pop_front();
  }
  return true;
}

Consumer::Fate Consumer::offer(const rd_kafka_message_t &message, SlabWriter &writer, Filled &filled) {
  Partition *partition = partitions_.of(message);
  const bool ended = message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR && !ended) {
    take_refusal(message);
    return Fate::kOver;
  }
  if (partition == nullptr || partition->epoch == 0) return Fate::kOver;
  if (partition->paused) return Fate::kAside;
  if (!ended) return offer_record(message, *partition, writer, filled);
  events_.push_back({Event::Type::kEnd, 0, false, {}, {}, {}, partition->epoch, message.offset});
  return Fate::kOver;
}

Consumer::Fate Consumer::offer_record(const rd_kafka_message_t &message, Partition &partition, SlabWriter &writer,
                                      Filled &filled) {
  const int32_t leader = rdk::rd_kafka_message_leader_epoch(&message);
  if (message.offset < partition.next) {
    // The client may go back, and then brings what has been delivered; others in their place are lost data.
    if (leader <= partition.leader) return Fate::kOver;
    Event event{Event::Type::kTruncated, 0, true, {}, {}, {}, partition.epoch, message.offset};
    event.partitions.push_back({partition.topic, partition.number, partition.next, false, {}, 0});
    events_.push_back(std::move(event));
    return Fate::kOver;
  }
  filled.needs_bytes = writer.append(partition.epoch, partition.topic, message);
  if (filled.needs_bytes > 0) return Fate::kWaits;
  partition.next = message.offset + 1;
  partition.leader = leader;
  return Fate::kOver;
}

void Consumer::take_refusal(const rd_kafka_message_t &message) {
  const bool fatal = message.err == RD_KAFKA_RESP_ERR__FATAL;
  events_.push_back({Event::Type::kError, message.err, fatal, text_of(rdk::rd_kafka_message_errstr(&message)), {}, {}, 0, 0});
}

void Consumer::deliver(const std::string &topic, int32_t number, int32_t epoch) {
  if (number < 0) return;
  Partition &partition = partitions_.get(topic, number);
  partition.epoch = epoch;
  partition.next = 0;
  partition.leader = -1;
}

void Consumer::drop(const std::string &topic, int32_t number) {
  partitions_.forget_last();
  Partition *dropped = partitions_.find(topic, number);
  if (dropped == nullptr) return;
  dropped->aside.clear();
  const auto is_dropped = [&](const Message &message) { return partitions_.of(*message) == dropped; };
  pending_.erase(std::remove_if(pending_.begin(), pending_.end(), is_dropped), pending_.end());
}

Problem Consumer::pause(const std::vector<PartitionOffset> &partitions) {
  for (const PartitionOffset &at : partitions) {
    if (at.partition >= 0) partitions_.get(at.topic, at.partition).paused = true;
  }
  return problem_of(rdk::rd_kafka_pause_partitions(rk_, list_of(partitions).get()));
}

Problem Consumer::resume(const std::vector<PartitionOffset> &partitions) {
  for (const PartitionOffset &at : partitions) {
    Partition *partition = partitions_.find(at.topic, at.partition);
    if (partition == nullptr) continue;
    partition->paused = false;
    auto &aside = partition->aside;
    pending_.insert(pending_.begin(), std::make_move_iterator(aside.begin()), std::make_move_iterator(aside.end()));
    aside.clear();
  }
  return problem_of(rdk::rd_kafka_resume_partitions(rk_, list_of(partitions).get()));
}

Problem Consumer::subscribe(const std::vector<std::string> &topics) {
  PartitionList list(rdk::rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const auto &topic : topics) {
    rdk::rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  return problem_of(rdk::rd_kafka_subscribe(rk_, list.get()));
}

// Before they are assigned, so that none of their records comes among the control events. The queue is one for all of them:
// librdkafka bounds what it fetches ahead by the queue it goes to, and with a queue each a thousand partitions could hold
// a thousand times as much.
void Consumer::forward(const std::vector<PartitionOffset> &partitions) {
  for (const PartitionOffset &at : partitions) {
    rd_kafka_queue_t *queue = rdk::rd_kafka_queue_get_partition(rk_, at.topic.c_str(), at.partition);
    if (queue == nullptr) continue;
    rdk::rd_kafka_queue_forward(queue, records_);
    rdk::rd_kafka_queue_destroy(queue);
  }
}

Problem Consumer::assign(const std::vector<PartitionOffset> &partitions) {
  forward(partitions);
  return problem_of(rdk::rd_kafka_assign(rk_, list_of(partitions).get()));
}

Problem Consumer::incremental_assign(const std::vector<PartitionOffset> &partitions) {
  forward(partitions);
  return problem_of(rdk::rd_kafka_incremental_assign(rk_, list_of(partitions).get()));
}

Problem Consumer::incremental_unassign(const std::vector<PartitionOffset> &partitions) {
  return problem_of(rdk::rd_kafka_incremental_unassign(rk_, list_of(partitions).get()));
}

std::string Consumer::rebalance_protocol() const {
  const char *protocol = rdk::rd_kafka_rebalance_protocol(rk_);
  return protocol == nullptr ? "NONE" : protocol;
}

bool Consumer::has_assignment() const {
  rd_kafka_topic_partition_list_t *assigned = nullptr;
  if (rdk::rd_kafka_assignment(rk_, &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  return PartitionList(assigned)->cnt > 0;
}

Problem Consumer::commit(const std::vector<PartitionOffset> &offsets) {
  return problem_of(rdk::rd_kafka_commit_queue(rk_, list_of(offsets).get(), replies_, nullptr, nullptr));
}

int64_t Consumer::end_offset(const std::string &topic, int32_t partition) const {
  int64_t low = -1, high = -1;
  const auto code = rdk::rd_kafka_get_watermark_offsets(rk_, topic.c_str(), partition, &low, &high);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? std::max<int64_t>(high, -1) : -1;
}

Problem Consumer::seek(std::vector<PartitionOffset> &partitions, int timeout_ms) const {
  const PartitionList list = list_of(partitions);
  const Problem problem = problem_of(rdk::rd_kafka_seek_partitions(rk_, list.get(), timeout_ms));
  partitions = partitions_of(list.get());
  return problem;
}

Problem Consumer::committed(std::vector<PartitionOffset> &partitions, int timeout_ms) const {
  const PartitionList list = list_of(partitions);
  const Problem problem = problem_of(rdk::rd_kafka_committed(rk_, list.get(), timeout_ms));
  partitions = partitions_of(list.get());
  return problem;
}

bool Consumer::take(rd_kafka_event_t *event, rd_kafka_event_type_t type) {
  if (Client::take(event, type)) return true;
  const int32_t code = rdk::rd_kafka_event_error(event);
  if (type == RD_KAFKA_EVENT_OFFSET_COMMIT) {
    events_.push_back({Event::Type::kCommitted, code, false, text_of(rdk::rd_kafka_event_error_string(event)), {}, {}, 0, 0});
    return true;
  }
  if (type != RD_KAFKA_EVENT_REBALANCE) return false;
  auto partitions = partitions_of(rdk::rd_kafka_event_topic_partition_list(event));
  events_.push_back({Event::Type::kRebalance, code, false, {}, {}, std::move(partitions), 0, 0});
  return true;
}

}  // namespace millrace
