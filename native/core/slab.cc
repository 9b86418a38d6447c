#include "slab.h"

namespace millrace {

namespace {

constexpr int32_t kHeaderBytes = (16 + 16) * 4;
constexpr int kBatchColumns = 5, kRecordColumns = 9, kRowColumns = 9;

// Columns of rows.
enum RowColumn {
  kRowTimestampLow = 1,
  kRowTimestampHigh,
  kRowKeyStart,
  kRowKeyLength,
  kRowValueStart,
  kRowValueLength,
  kRowHeadersStart,
  kRowHeadersLength
};

// So many bytes from there on are behind the header and in front of the end; words begin where words may.
bool holds(const SlabPlaces &places, int32_t start, int64_t length, int32_t alignment) {
  return start >= kHeaderBytes && start % alignment == 0 && start + length <= places.end;
}

}  // namespace

bool Slab::attach(uint8_t *memory, size_t size, const SlabPlaces &places) {
  memory_ = memory;
  places_ = places;
  const int64_t records = places.records, rows = places.rows;
  return memory != nullptr && records >= 0 && rows >= 0 && places.end >= 0 && static_cast<size_t>(places.end) <= size &&
         holds(places, places.batches, kBatchColumns * records * 4, 4) &&
         holds(places, places.record_words, kRecordColumns * records * 4, 4) &&
         holds(places, places.record_bytes, records, 1) &&
         holds(places, places.row_words, kRowColumns * rows * 4, 4) && holds(places, places.row_bytes, rows, 1) &&
         places.input_end >= places.input && holds(places, places.input, places.input_end - places.input, 1);
}

bool Slab::row(int32_t index, OutputRow &row) const {
  const auto column = [&](RowColumn at) { return word(places_.row_words, places_.rows, at, index); };
  row.output = memory_[places_.row_bytes + index];
  row.timestamp_ms = static_cast<int64_t>(column(kRowTimestampHigh)) * 4294967296 +
                     static_cast<uint32_t>(column(kRowTimestampLow));
  return stretch(column(kRowKeyStart), column(kRowKeyLength), row.key) &&
         stretch(column(kRowValueStart), column(kRowValueLength), row.value) &&
         stretch(column(kRowHeadersStart), column(kRowHeadersLength), row.headers);
}

bool Slab::stretch(int32_t start, int32_t length, Bytes &bytes) const {
  if (length < 0) {
    bytes = {nullptr, 0};
    return true;
  }
  if (start < 0 || static_cast<int64_t>(start) + length > places_.end) return false;
  bytes = {memory_ + start, length};
  return true;
}

}  // namespace millrace
