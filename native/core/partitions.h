// The partitions that a consumer has, and what has been delivered of each.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "librdkafka.h"

namespace millrace {

struct MessageDeleter {
  void operator()(rd_kafka_message_t *message) const { rdk::rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

struct Partition {
  std::string topic;
  int32_t number;
  // 0 where it is not delivered. Epochs begin at 1.
  int32_t epoch = 0;
  // The offset from which on records are new under this epoch.
  int64_t next = 0;
  // The leader epoch of the last record delivered: it grows with each new leader of the partition.
  int32_t leader = -1;
  bool paused = false;
  // What had been taken out of the queue when it was paused. librdkafka reads on behind it, so it comes first then.
  std::deque<Message> aside;
};

class Partitions {
 public:
  // Answers null for one that was never assigned.
  Partition *find(const std::string &topic, int32_t number);
  // Consecutive messages are mostly of one partition. Topic handles stay what they are while a message of theirs is held.
  Partition *of(const rd_kafka_message_t &message);
  void forget_last() { last_topic_ = nullptr; }
  Partition &get(const std::string &topic, int32_t number);
  void clear() {
    forget_last();
    topics_.clear();
  }

 private:
  std::unordered_map<std::string, std::vector<std::unique_ptr<Partition>>> topics_;
  const rd_kafka_topic_t *last_topic_ = nullptr;
  int32_t last_number_ = 0;
  Partition *last_ = nullptr;
};

}  // namespace millrace
