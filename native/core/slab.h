// The layout of a slab, as src/slabs/layout.ts draws it. Nothing here trusts what stands in a slab: workers write into it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

// Words of the header.
enum HeaderWord { kRecords = 3, kBatches = 4, kInputEnd = 5, kRows = 6 };

// Bits of a record's flags.
enum RecordFlag : uint8_t { kKeyIsNull = 1, kValueIsNull = 2, kValueIsOmitted = 4 };

struct SlabShape {
  int32_t records;
  int32_t rows;
  int32_t input_bytes;
  int32_t output_bytes;
};

// Where each part begins, in bytes from the start of the slab.
struct SlabPlaces {
  int64_t batches, record_words, record_bytes, row_words, row_bytes, input, output, end;

  static SlabPlaces of(const SlabShape &shape);
};

// A stretch of a slab; `start` is null where there is nothing, not even something empty.
struct Bytes {
  const uint8_t *start;
  int32_t length;
};

struct OutputRow {
  int32_t output;
  int64_t timestamp_ms;
  Bytes key, value, headers;
};

// Views of one slab's memory. Valid only during the call that was given the memory.
class Slab {
 public:
  // False if the memory is too small for the shape, or the shape makes no sense.
  bool attach(uint8_t *memory, size_t size, const SlabShape &shape);

  int32_t &header(HeaderWord word) const { return reinterpret_cast<int32_t *>(memory_)[word]; }
  int32_t &batch(int column, int32_t index) const { return word(places_.batches, shape_.records, column, index); }
  int32_t &record(int column, int32_t index) const { return word(places_.record_words, shape_.records, column, index); }
  uint8_t &flags(int32_t index) const { return memory_[places_.record_bytes + index]; }
  uint8_t *at(int64_t place) const { return memory_ + place; }

  const SlabShape &shape() const { return shape_; }
  const SlabPlaces &places() const { return places_; }

  // False if any part of the row lies outside of the slab.
  bool row(int32_t index, OutputRow &row) const;

 private:
  int32_t &word(int64_t place, int32_t length, int column, int32_t index) const {
    return reinterpret_cast<int32_t *>(memory_ + place)[static_cast<int64_t>(column) * length + index];
  }
  bool stretch(int32_t start, int32_t length, Bytes &bytes) const;

  uint8_t *memory_ = nullptr;
  SlabShape shape_{};
  SlabPlaces places_{};
};

}  // namespace millrace
