// A client of librdkafka and what it tells. Every function is called by one thread, the one that made the client, unless
// it says otherwise; librdkafka's own threads only wake that one.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "event.h"
#include "librdkafka.h"

namespace millrace {

// Called by librdkafka's threads when one of the client's queues is no longer empty. Outlives the client.
class Waker {
 public:
  virtual ~Waker() = default;
  virtual void wake() = 0;
};

// What librdkafka says, which may be nothing.
inline std::string text_of(const char *text) { return text == nullptr ? "" : text; }

using Properties = std::vector<std::pair<std::string, std::string>>;

struct Problem {
  int32_t code = 0;
  std::string text;
  bool fatal = false;
  bool retriable = false;

  explicit operator bool() const { return code != 0; }
};

// Destroys the error.
Problem problem_of(rd_kafka_error_t *error);
Problem problem_of(rd_kafka_resp_err_t code);

class Client {
 public:
  virtual ~Client() = default;
  Client(const Client &) = delete;
  Client &operator=(const Client &) = delete;

  // Takes what has been told since the last time.
  std::vector<Event> serve();

  // Calls that may block, for a thread of a pool. The client must not be closed meanwhile.
  Problem metadata(int timeout_ms, bool all, std::vector<std::pair<std::string, int32_t>> &partitions) const;

  // Gives up what this thread holds of it: nothing of it may be used any more but `destroy`.
  virtual void release();
  // Ends its threads; may block, for a thread of a pool.
  virtual void destroy();

  rd_kafka_t *handle() const { return rk_; }

 protected:
  explicit Client(Waker &waker) : waker_(waker) {}

  Problem open(rd_kafka_type_t type, const Properties &properties, int events);
  // Wakes when something arrives there.
  void watch(rd_kafka_queue_t *queue);
  // Likewise, and `serve` takes events out of it. The client owns it from now on.
  void own(rd_kafka_queue_t *queue);
  // Answers false for an event that the client knows nothing about.
  virtual bool take(rd_kafka_event_t *event, rd_kafka_event_type_t type);

  std::vector<Event> events_;
  // Queues of events; the first is where everything arrives for which there is no other one.
  std::vector<rd_kafka_queue_t *> queues_;
  rd_kafka_t *rk_ = nullptr;

 private:
  void drain(rd_kafka_queue_t *queue);
  void take_error(rd_kafka_event_t *event);

  Waker &waker_;
};

// Lists of partitions, destroyed with the scope.
struct PartitionListDeleter {
  void operator()(rd_kafka_topic_partition_list_t *list) const { rdk::rd_kafka_topic_partition_list_destroy(list); }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionListDeleter>;

PartitionList list_of(const std::vector<PartitionOffset> &partitions);
std::vector<PartitionOffset> partitions_of(const rd_kafka_topic_partition_list_t *list);

}  // namespace millrace
