#include "client.h"

#include <cstdlib>
#include <cstring>

namespace millrace {

namespace {

// Called with a lock of the queue held.
void on_queue_event(rd_kafka_t *, void *waker) { static_cast<Waker *>(waker)->wake(); }

// Lines that come when nobody listens to the queue any more, or not yet: not for the process's standard error.
void forget_line(const rd_kafka_t *, int, const char *, const char *) {}

bool is_oauth(const Properties &properties) {
  for (const auto &[name, value] : properties) {
    if ((name == "sasl.mechanism" || name == "sasl.mechanisms") && value == "OAUTHBEARER") return true;
  }
  return false;
}

// Without the zero behind it, which others do not write.
std::string metadata_of(const rd_kafka_topic_partition_t &from) {
  std::string metadata(static_cast<const char *>(from.metadata), from.metadata_size);
  if (!metadata.empty() && metadata.back() == '\0') metadata.pop_back();
  return metadata;
}

}  // namespace

Problem problem_of(rd_kafka_error_t *error) {
  if (error == nullptr) return {};
  Problem problem{rdk::rd_kafka_error_code(error), text_of(rdk::rd_kafka_error_string(error)),
                  rdk::rd_kafka_error_is_fatal(error) != 0, rdk::rd_kafka_error_is_retriable(error) != 0};
  rdk::rd_kafka_error_destroy(error);
  return problem;
}

Problem problem_of(rd_kafka_resp_err_t code) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return {code, rdk::rd_kafka_err2str(code)};
}

Problem Client::open(rd_kafka_type_t type, const Properties &properties, int events) {
  char text[512];
  rd_kafka_conf_t *conf = rdk::rd_kafka_conf_new();
  const auto refused = [&](rd_kafka_resp_err_t code) {
    rdk::rd_kafka_conf_destroy(conf);
    return Problem{code, text};
  };
  for (const auto &[name, value] : properties) {
    if (rdk::rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text) != RD_KAFKA_CONF_OK) {
      return refused(RD_KAFKA_RESP_ERR__INVALID_ARG);
    }
  }
  if (rdk::rd_kafka_conf_set(conf, "log.queue", "true", text, sizeof text) != RD_KAFKA_CONF_OK) {
    return refused(RD_KAFKA_RESP_ERR__INVALID_ARG);
  }
  rdk::rd_kafka_conf_set_log_cb(conf, forget_line);
  rdk::rd_kafka_conf_set_events(conf, events | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS);
  // Tokens are fetched over HTTP: by a thread of librdkafka's, not by the one that polls.
  const bool oauth = is_oauth(properties);
  if (oauth) rdk::rd_kafka_conf_enable_sasl_queue(conf, 1);
  rk_ = rdk::rd_kafka_new(type, conf, text, sizeof text);
  if (rk_ == nullptr) return refused(RD_KAFKA_RESP_ERR__INVALID_ARG);
  if (oauth) problem_of(rdk::rd_kafka_sasl_background_callbacks_enable(rk_));
  rdk::rd_kafka_set_log_queue(rk_, nullptr);
  return {};
}

void Client::watch(rd_kafka_queue_t *queue) {
  rdk::rd_kafka_queue_cb_event_enable(queue, on_queue_event, &waker_);
  // It tells when the queue is no longer empty, which it may not have been before.
  waker_.wake();
}

void Client::own(rd_kafka_queue_t *queue) {
  queues_.push_back(queue);
  watch(queue);
}

std::vector<Event> Client::serve() {
  for (rd_kafka_queue_t *queue : queues_) drain(queue);
  return std::exchange(events_, {});
}

void Client::drain(rd_kafka_queue_t *queue) {
  while (rd_kafka_event_t *event = rdk::rd_kafka_queue_poll(queue, 0)) {
    take(event, rdk::rd_kafka_event_type(event));
    rdk::rd_kafka_event_destroy(event);
  }
}

bool Client::take(rd_kafka_event_t *event, rd_kafka_event_type_t type) {
  switch (type) {
    case RD_KAFKA_EVENT_LOG: {
      const char *facility = "", *text = "";
      int level;
      if (rdk::rd_kafka_event_log(event, &facility, &text, &level) != 0) return true;
      events_.push_back({Event::Type::kLog, level, false, text_of(text), text_of(facility), {}, 0, 0});
      return true;
    }
    case RD_KAFKA_EVENT_ERROR:
      take_error(event);
      return true;
    case RD_KAFKA_EVENT_STATS:
      events_.push_back({Event::Type::kStatistics, 0, false, text_of(rdk::rd_kafka_event_stats(event)), {}, {}, 0, 0});
      return true;
    default:
      return false;
  }
}

void Client::take_error(rd_kafka_event_t *event) {
  const bool fatal = rdk::rd_kafka_event_error_is_fatal(event) != 0;
  events_.push_back({Event::Type::kError, rdk::rd_kafka_event_error(event), fatal,
                     text_of(rdk::rd_kafka_event_error_string(event)), {}, {}, 0, 0});
}

Problem Client::metadata(int timeout_ms, bool all, std::vector<std::pair<std::string, int32_t>> &partitions) const {
  const struct rd_kafka_metadata *metadata = nullptr;
  const rd_kafka_resp_err_t code = rdk::rd_kafka_metadata(rk_, all ? 1 : 0, nullptr, &metadata, timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return problem_of(code);
  for (int i = 0; i < metadata->topic_cnt; i++) {
    partitions.emplace_back(metadata->topics[i].topic, metadata->topics[i].partition_cnt);
  }
  rdk::rd_kafka_metadata_destroy(metadata);
  return {};
}

void Client::release() {
  for (rd_kafka_queue_t *queue : queues_) rdk::rd_kafka_queue_destroy(queue);
  queues_.clear();
}

void Client::destroy() {
  // A consumer has left its group by now.
  if (rk_ != nullptr) rdk::rd_kafka_destroy_flags(rk_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  rk_ = nullptr;
}

PartitionList list_of(const std::vector<PartitionOffset> &partitions) {
  PartitionList list(rdk::rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const PartitionOffset &from : partitions) {
    auto *to = rdk::rd_kafka_topic_partition_list_add(list.get(), from.topic.c_str(), from.partition);
    to->offset = from.offset;
    if (!from.has_metadata) continue;
    // The list frees it. Its last byte is a zero, which is written, too: kafka-javascript does so, and when it reads it takes
    // the last byte for that, whatever it is.
    to->metadata_size = from.metadata.size() + 1;
    to->metadata = malloc(to->metadata_size);
    memcpy(to->metadata, from.metadata.c_str(), to->metadata_size);
  }
  return list;
}

std::vector<PartitionOffset> partitions_of(const rd_kafka_topic_partition_list_t *list) {
  std::vector<PartitionOffset> partitions;
  for (int i = 0; list != nullptr && i < list->cnt; i++) {
    const rd_kafka_topic_partition_t &from = list->elems[i];
    PartitionOffset to;
    to.topic = from.topic;
    to.partition = from.partition;
    to.offset = from.offset;
    to.has_metadata = from.metadata != nullptr;
    if (to.has_metadata) to.metadata = metadata_of(from);
    to.code = from.err;
    partitions.push_back(std::move(to));
  }
  return partitions;
}

}  // namespace millrace
