// A member of a group that fills slabs. Records have a queue of their own, so that control events are served however many
// records wait, and never behind them.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "partitions.h"
#include "slab_writer.h"

namespace millrace {

struct Filled {
  int32_t records = 0;
  // If not even one record was taken, as it needs an input arena of so many bytes; else 0.
  int64_t needs_bytes = 0;
};

class Consumer : public Client {
 public:
  // Answers null and why not.
  static std::unique_ptr<Consumer> open(const Properties &properties, Waker &waker, Problem &problem);
  ~Consumer() override;

  // Appends records to the slab, as many as there are and fit. Ends of partitions are told by `serve`. Waits for nothing.
  Filled fill(SlabWriter &writer);
  // Something is to be delivered that is not in librdkafka's queue any more.
  bool has_pending() const { return !pending_.empty(); }

  // Delivers a partition under an epoch from now on; 0: no more.
  void deliver(const std::string &topic, int32_t partition, int32_t epoch);
  // Forgets what has been taken out of librdkafka's queue.
  void drop(const std::string &topic, int32_t partition);
  Problem pause(const std::vector<PartitionOffset> &partitions);
  Problem resume(const std::vector<PartitionOffset> &partitions);

  Problem subscribe(const std::vector<std::string> &topics);
  Problem unsubscribe() { return problem_of(rdk::rd_kafka_unsubscribe(rk_)); }
  Problem assign(const std::vector<PartitionOffset> &partitions);
  Problem incremental_assign(const std::vector<PartitionOffset> &partitions);
  Problem unassign() { return problem_of(rdk::rd_kafka_assign(rk_, nullptr)); }
  Problem incremental_unassign(const std::vector<PartitionOffset> &partitions);
  bool assignment_lost() const { return rdk::rd_kafka_assignment_lost(rk_) != 0; }
  // Whether it has any partitions, as far as librdkafka has been told.
  bool has_assignment() const;
  // `COOPERATIVE`, `EAGER`, or `NONE` where there is none yet, or no more.
  std::string rebalance_protocol() const;
  // The answer is an event.
  Problem commit(const std::vector<PartitionOffset> &offsets);
  // -1 where it is not known.
  int64_t end_offset(const std::string &topic, int32_t partition) const;

  // These may block: for a thread of a pool. Codes of single partitions stand in the list.
  Problem seek(std::vector<PartitionOffset> &partitions, int timeout_ms) const;
  Problem committed(std::vector<PartitionOffset> &partitions, int timeout_ms) const;

  void release() override;
  // Leaves the group before. What is asked back yet is answered by librdkafka itself, in this thread.
  void destroy() override;

 protected:
  bool take(rd_kafka_event_t *event, rd_kafka_event_type_t type) override;

 private:
  enum class Fate { kOver, kAside, kWaits };

  explicit Consumer(Waker &waker) : Client(waker) {}
  void start();
  void forward(const std::vector<PartitionOffset> &partitions);
  Fate offer(const rd_kafka_message_t &message, SlabWriter &writer, Filled &filled);
  Fate offer_record(const rd_kafka_message_t &message, Partition &partition, SlabWriter &writer, Filled &filled);
  void take_refusal(const rd_kafka_message_t &message);
  // Hands on what is pending. False if something of it waits for room.
  bool offer_pending(SlabWriter &writer, Filled &filled);

  rd_kafka_queue_t *records_ = nullptr;
  // Of commits, which so need no poll to be answered.
  rd_kafka_queue_t *replies_ = nullptr;
  Partitions partitions_;
  // Taken out of librdkafka's queue and delivered by no slab yet, in order. Mostly empty.
  std::deque<Message> pending_;
};

}  // namespace millrace
