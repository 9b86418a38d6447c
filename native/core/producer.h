// Writes rows of slabs to their topics, and counts what has become of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "slab.h"

namespace millrace {

// So many rows of a batch have been acknowledged, or have failed with this code.
struct Delivery {
  uint64_t batch;
  int32_t code;
  int64_t rows;
};

struct Output {
  std::string topic;
  int32_t partitions;
};

struct Handed {
  // The first row that was not taken.
  int32_t row;
  // Why it was not; 0 if all were.
  int32_t code;
};

class Producer : public Client {
 public:
  // Answers null and why not.
  static std::unique_ptr<Producer> open(const Properties &properties, Waker &waker, Problem &problem);
  ~Producer() override;

  // By index of a row's output. The topics stay what they are; how many partitions they have may change.
  bool set_outputs(const std::vector<Output> &outputs);

  // Copies rows `first` to `end` into librdkafka's queue. `batch` comes back with the deliveries.
  Handed produce(const Slab &slab, int32_t first, int32_t end, uint64_t batch, int32_t input_partition);

  // What is known since the last time; `serve` gathers it.
  std::vector<Delivery> deliveries() { return std::exchange(deliveries_, {}); }

  // Gives up rows: those that wait, and with `in_flight` those that may have been sent, too.
  Problem purge(bool in_flight) const;

  // These may block: for a thread of a pool. Their reports come meanwhile.
  Problem flush(int timeout_ms) const { return problem_of(rdk::rd_kafka_flush(rk_, timeout_ms)); }
  Problem init_transactions(int timeout_ms) const { return problem_of(rdk::rd_kafka_init_transactions(rk_, timeout_ms)); }
  Problem begin_transaction() const { return problem_of(rdk::rd_kafka_begin_transaction(rk_)); }
  Problem send_offsets(const std::vector<PartitionOffset> &offsets, rd_kafka_t *member, int timeout_ms) const;
  Problem commit_transaction(int timeout_ms) const {
    return problem_of(rdk::rd_kafka_commit_transaction(rk_, timeout_ms));
  }
  Problem abort_transaction(int timeout_ms) const {
    return problem_of(rdk::rd_kafka_abort_transaction(rk_, timeout_ms));
  }

  void release() override;

 protected:
  bool take(rd_kafka_event_t *event, rd_kafka_event_type_t type) override;

 private:
  struct Topic {
    rd_kafka_topic_t *handle;
    std::string name;
    int32_t partitions;
  };

  explicit Producer(Waker &waker) : Client(waker) {}
  int32_t hand(const OutputRow &row, uint64_t batch, int32_t input_partition) const;
  void count(uint64_t batch, int32_t code);

  std::vector<Topic> topics_;
  std::vector<Delivery> deliveries_;
};

}  // namespace millrace
