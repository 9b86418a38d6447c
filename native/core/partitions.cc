#include "partitions.h"

namespace millrace {

Partition *Partitions::find(const std::string &topic, int32_t number) {
  const auto found = topics_.find(topic);
  if (found == topics_.end() || number < 0 || static_cast<size_t>(number) >= found->second.size()) return nullptr;
  return found->second[number].get();
}

Partition *Partitions::of(const rd_kafka_message_t &message) {
  // An error that concerns no partition has no topic.
  if (message.rkt == nullptr) return nullptr;
  if (message.rkt != last_topic_ || message.partition != last_number_) {
    last_ = find(rdk::rd_kafka_topic_name(message.rkt), message.partition);
    last_topic_ = message.rkt;
    last_number_ = message.partition;
  }
  return last_;
}

Partition &Partitions::get(const std::string &topic, int32_t number) {
  auto &partitions = topics_[topic];
  if (partitions.size() <= static_cast<size_t>(number)) partitions.resize(number + 1);
  auto &partition = partitions[number];
  if (partition == nullptr) {
    partition = std::make_unique<Partition>();
    partition->topic = topic;
    partition->number = number;
  }
  forget_last();
  return *partition;
}

}  // namespace millrace
