// The layout of a slab, as src/slabs/layout.ts draws it. Nothing here trusts what stands in a slab: workers write into it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

// Words of the header.
enum HeaderWord { kRecords = 3, kBatches = 4, kInputEnd = 5, kRows = 6 };

// Bits of a record's flags.
enum RecordFlag : uint8_t { kKeyIsNull = 1, kValueIsNull = 2, kValueIsOmitted = 4 };

// Where the parts begin that are used here, in bytes from the start of the slab, and how many entries their columns have.
// They come from src/slabs/layout.ts, which may put whatever it likes between them.
struct SlabPlaces {
  int32_t records, rows;
  int32_t batches, record_words, record_bytes, row_words, row_bytes;
  int32_t input, input_end, end;
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
  // False if the places lie outside of the memory, or make no sense.
  bool attach(uint8_t *memory, size_t size, const SlabPlaces &places);

  int32_t &header(HeaderWord word) const { return reinterpret_cast<int32_t *>(memory_)[word]; }
  int32_t &batch(int column, int32_t index) const { return word(places_.batches, places_.records, column, index); }
  int32_t &record(int column, int32_t index) const { return word(places_.record_words, places_.records, column, index); }
  uint8_t &flags(int32_t index) const { return memory_[places_.record_bytes + index]; }
  uint8_t *at(int64_t place) const { return memory_ + place; }

  const SlabPlaces &places() const { return places_; }

  // False if any part of the row lies outside of the slab.
  bool row(int32_t index, OutputRow &row) const;

 private:
  int32_t &word(int32_t place, int32_t length, int column, int32_t index) const {
    return reinterpret_cast<int32_t *>(memory_ + place)[static_cast<int64_t>(column) * length + index];
  }
  bool stretch(int32_t start, int32_t length, Bytes &bytes) const;

  uint8_t *memory_ = nullptr;
  SlabPlaces places_{};
};

}  // namespace millrace
