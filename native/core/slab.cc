#include "slab.h"

namespace millrace {

namespace {

constexpr int64_t kHeaderBytes = (16 + 16) * 4;
constexpr int kBatchColumns = 5, kRecordWordColumns = 9, kRecordByteColumns = 3, kRowWordColumns = 9;

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

int64_t aligned(int64_t bytes) { return (bytes + 7) & ~int64_t{7}; }

}  // namespace

SlabPlaces SlabPlaces::of(const SlabShape &shape) {
  const int64_t records = shape.records, rows = shape.rows;
  SlabPlaces places{};
  places.batches = kHeaderBytes;
  places.record_words = places.batches + aligned(kBatchColumns * records * 4);
  places.record_bytes = places.record_words + aligned(kRecordWordColumns * records * 4);
  places.row_words = places.record_bytes + aligned(kRecordByteColumns * records);
  places.row_bytes = places.row_words + aligned(kRowWordColumns * rows * 4);
  places.input = places.row_bytes + aligned(rows);
  places.output = places.input + aligned(shape.input_bytes);
  places.end = places.output + aligned(shape.output_bytes);
  return places;
}

bool Slab::attach(uint8_t *memory, size_t size, const SlabShape &shape) {
  if (memory == nullptr || shape.records < 0 || shape.rows < 0 || shape.input_bytes < 0 || shape.output_bytes < 0) {
    return false;
  }
  places_ = SlabPlaces::of(shape);
  memory_ = memory;
  shape_ = shape;
  // Places are 32-bit numbers in the slab.
  return places_.end <= static_cast<int64_t>(size) && places_.end <= INT32_MAX;
}

bool Slab::row(int32_t index, OutputRow &row) const {
  const auto column = [&](RowColumn at) { return word(places_.row_words, shape_.rows, at, index); };
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
