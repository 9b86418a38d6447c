// The addon's core without Node, for the thread sanitizer: one thread makes, serves and ends clients while librdkafka's
// threads wake it. Runs on librdkafka's own simulated broker; the argument is the library. Ends with 0 if all that was
// produced has come back, in order, round after round.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include "../core/consumer.h"
#include "../core/producer.h"

using namespace millrace;

namespace {

constexpr int kRounds = 3, kRowsEach = 2000, kPartitions = 4;
constexpr auto kPatience = std::chrono::seconds(20);
const char *const kTopic = "harness";

class Bell : public Waker {
 public:
  void wake() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    rung_ = true;
    condition_.notify_one();
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    condition_.wait_for(lock, std::chrono::milliseconds(20), [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool rung_ = false;
};

SlabPlaces places_of(int32_t records, int32_t rows, int32_t arena_bytes) {
  SlabPlaces places{};
  places.records = records;
  places.rows = rows;
  places.batches = 128;
  places.record_words = places.batches + records * 5 * 4;
  places.row_words = places.record_words + records * 9 * 4;
  places.record_bytes = places.row_words + rows * 9 * 4;
  places.row_bytes = places.record_bytes + records;
  places.input = places.row_bytes + rows;
  places.input_end = places.end = places.input + arena_bytes;
  return places;
}

struct Memory {
  Memory(int32_t records, int32_t rows, int32_t arena_bytes) : places(places_of(records, rows, arena_bytes)), bytes(places.end) {
    slab.attach(bytes.data(), bytes.size(), places);
    clear();
  }
  void clear() {
    std::memset(bytes.data(), 0, 128);
    slab.header(kInputEnd) = static_cast<int32_t>(slab.places().input);
  }

  SlabPlaces places;
  std::vector<uint8_t> bytes;
  Slab slab;
};

bool failed(const char *what) {
  std::fprintf(stderr, "failed: %s\n", what);
  return false;
}

// The row's number is its value.
void write_row(Memory &memory, int32_t row) {
  const auto column = [&](int at, int32_t value) {
    reinterpret_cast<int32_t *>(memory.bytes.data() + memory.slab.places().row_words)[at * memory.places.rows + row] = value;
  };
  const auto at = static_cast<int32_t>(memory.places.input + row * 4);
  std::memcpy(memory.bytes.data() + at, &row, 4);
  column(1, row + 1);
  column(4, -1);
  column(5, at);
  column(6, 4);
}

bool produce(Producer &producer, Bell &bell, std::chrono::steady_clock::time_point deadline) {
  Memory memory(0, kRowsEach, kRowsEach * 4);
  for (int32_t row = 0; row < kRowsEach; row++) write_row(memory, row);
  int64_t acknowledged = 0;
  for (int32_t first = 0; first < kRowsEach; first += kRowsEach / kPartitions) {
    const Handed handed = producer.produce(memory.slab, first, first + kRowsEach / kPartitions, 7, first);
    if (handed.code != 0) return failed("a row was refused");
  }
  while (acknowledged < kRowsEach && std::chrono::steady_clock::now() < deadline) {
    bell.wait();
    producer.serve();
    for (const Delivery &delivery : producer.deliveries()) {
      if (delivery.batch != 7 || delivery.code != 0) return failed("a row was not delivered");
      acknowledged += delivery.rows;
    }
  }
  return acknowledged == kRowsEach || failed("not all rows were acknowledged");
}

struct Reading {
  int64_t last[kPartitions] = {-1, -1, -1, -1};
  int64_t records = 0;
};

bool answer(Consumer &consumer, const Event &event) {
  if (event.type != Event::Type::kRebalance) return true;
  if (event.code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) return !consumer.incremental_unassign(event.partitions);
  auto from_start = event.partitions;
  for (PartitionOffset &partition : from_start) {
    partition.offset = 0;
    consumer.deliver(partition.topic, partition.partition, 1 + partition.partition);
  }
  return !consumer.incremental_assign(from_start);
}

bool step(Consumer &consumer, Memory &memory, Reading &reading) {
  for (const Event &event : consumer.serve()) {
    if (!answer(consumer, event)) return failed("a rebalance could not be answered");
  }
  memory.clear();
  SlabWriter writer;
  if (!writer.attach(memory.slab, memory.places.records, 1 << 20)) return failed("the slab makes no sense");
  consumer.fill(writer);
  for (int32_t batch = 0; batch < memory.slab.header(kBatches); batch++) {
    const int32_t partition = memory.slab.batch(1, batch);
    const bool last = batch + 1 == memory.slab.header(kBatches);
    const int32_t end = last ? memory.slab.header(kRecords) : memory.slab.batch(2, batch + 1);
    for (int32_t record = memory.slab.batch(2, batch); record < end; record++, reading.records++) {
      if (memory.slab.record(0, record) != ++reading.last[partition]) return failed("a record is out of order");
    }
  }
  return true;
}

bool consume(Consumer &consumer, Bell &bell, int64_t wanted, std::chrono::steady_clock::time_point deadline) {
  Memory memory(128, 0, 128 * 64);
  Reading reading;
  while (reading.records < wanted && std::chrono::steady_clock::now() < deadline) {
    bell.wait();
    if (!step(consumer, memory, reading)) return false;
  }
  if (reading.records != wanted) return failed("not all records came back");
  if (consumer.unsubscribe()) return failed("it can't unsubscribe");
  while (std::chrono::steady_clock::now() < deadline) {
    bell.wait();
    if (!step(consumer, memory, reading)) return false;
    if (!consumer.has_assignment()) return true;
  }
  return failed("it has not given everything back");
}

// The simulated ones are known to the client that they live in.
std::string simulated_brokers(const Producer &producer) {
  const struct rd_kafka_metadata *metadata = nullptr;
  if (rdk::rd_kafka_metadata(producer.handle(), 1, nullptr, &metadata, 5000) != RD_KAFKA_RESP_ERR_NO_ERROR) return "";
  std::string brokers;
  for (int i = 0; i < metadata->broker_cnt; i++) {
    brokers += std::string(metadata->brokers[i].host) + ":" + std::to_string(metadata->brokers[i].port) + ",";
  }
  rdk::rd_kafka_metadata_destroy(metadata);
  return brokers;
}

// Beside it a thread asks what blocks, as those of Node's pool do.
bool round(Producer &producer, Bell &producer_bell, const std::string &brokers, int number) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  if (!produce(producer, producer_bell, deadline)) return false;
  Bell bell;
  Problem problem;
  const auto consumer = Consumer::open({{"bootstrap.servers", brokers},
                                        {"group.id", "harness-" + std::to_string(number)},
                                        {"partition.assignment.strategy", "cooperative-sticky"},
                                        {"fetch.wait.max.ms", "10"},
                                        {"enable.partition.eof", "true"},
                                        {"enable.auto.commit", "false"}},
                                       bell, problem);
  if (consumer == nullptr) return failed(problem.text.c_str());
  consumer->subscribe({kTopic});
  std::vector<std::pair<std::string, int32_t>> topics;
  std::thread asking([&] { consumer->metadata(5000, true, topics); });
  const bool read = consume(*consumer, bell, int64_t{number} * kRowsEach, deadline);
  asking.join();
  consumer->release();
  std::thread ending([&] { consumer->destroy(); });
  ending.join();
  return read && !topics.empty();
}

}  // namespace

int main(int count, char **arguments) {
  const std::string problem = count < 2 ? "no library is given" : rdk::load(arguments[1]);
  if (!problem.empty()) return failed(problem.c_str()), 2;
  Bell bell;
  Problem refused;
  const auto producer = Producer::open(
      {{"test.mock.num.brokers", "1"}, {"bootstrap.servers", "harness:0"}, {"enable.idempotence", "true"}, {"linger.ms", "0"}},
      bell, refused);
  if (producer == nullptr) return failed(refused.text.c_str()), 2;
  producer->set_outputs({{kTopic, kPartitions}});
  const std::string brokers = simulated_brokers(*producer);
  if (brokers.empty()) return failed("the broker is not there"), 2;
  bool kept = true;
  for (int number = 1; kept && number <= kRounds; number++) kept = round(*producer, bell, brokers, number);
  producer->release();
  producer->destroy();
  if (kept) std::printf("%d rounds of %d rows\n", kRounds, kRowsEach);
  return kept ? 0 : 1;
}
