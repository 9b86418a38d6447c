// Appends records to a slab, as src/slabs/writer.ts does.
#pragma once

#include <string>

#include "librdkafka.h"
#include "slab.h"

namespace millrace {

class SlabWriter {
 public:
  // Goes on where the slab's header says. False if what stands there makes no sense.
  bool attach(const Slab &slab, int32_t max_records, int64_t max_record_bytes);

  int32_t room() const { return max_records_ > records_ ? max_records_ - records_ : 0; }
  int32_t records() const { return records_; }

  // Takes the record if it fits. Answers 0 if it did, else the bytes of input arena that an empty slab needs for it.
  int64_t append(int32_t epoch, const std::string &topic, const rd_kafka_message_t &message);

 private:
  void begin_batch(int32_t epoch, const std::string &topic, int32_t partition);
  int64_t write_headers(const rd_kafka_headers_t *headers, int64_t at) const;

  Slab slab_;
  int32_t max_records_ = 0;
  int64_t max_record_bytes_ = 0;
  int32_t records_ = 0;
  int64_t end_ = 0;
  int32_t epoch_ = -1;
};

}  // namespace millrace
