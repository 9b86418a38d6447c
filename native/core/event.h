// What a client tells, other than records and delivery reports.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace millrace {

struct PartitionOffset {
  std::string topic;
  int32_t partition = 0;
  // librdkafka's "none".
  int64_t offset = -1001;
  bool has_metadata = false;
  std::string metadata;
  int32_t code = 0;
};

struct Event {
  enum class Type { kLog, kError, kStatistics, kRebalance, kCommitted, kEnd, kTruncated };

  Type type;
  int32_t code = 0;
  bool fatal = false;
  // Of an error, a log line or statistics.
  std::string text;
  // Of a log line.
  std::string facility;
  // Of a rebalance; of an end or a truncation the one that it concerns.
  std::vector<PartitionOffset> partitions;
  int32_t epoch = 0;
  int64_t offset = 0;
};

}  // namespace millrace
