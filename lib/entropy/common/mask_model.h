// Which survivor positions are likely, given those before: the model behind context-coded bitmasks.
// Encoder and decoder run the same code; only their coder differs.
#ifndef DC_ENTROPY_COMMON_MASK_MODEL_H_
#define DC_ENTROPY_COMMON_MASK_MODEL_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "entropy/common/adaptive_bit.h"
#include "entropy/common/matrix_shape.h"

namespace dc {

// Predicts each bit from two contexts, mixed: the bits next to it, and how many survivors this row
// and this column have held so far (pruned masks are clustered). A Coder has
//   bool Code(bool bit, uint32_t p16)
// which encodes `bit`, of which 1 has the probability p16 / 65536, and returns it; or ignores `bit`
// and returns the decoded one.
class MaskModel {
 public:
  // `columns` ascend: the columns that may hold survivors.
  MaskModel(const MatrixShape& shape, std::span<const uint32_t> columns);

  // The bits of the row that comes next, in bit 0 of one byte each. An encoder fills them before
  // CodeRow, a decoder reads them after it and before the next call.
  uint8_t* row() { return rows_[next_].data() + kMargin; }

  // Codes the listed columns of the next row.
  template <class Coder>
  void CodeRow(Coder& coder) {
    if (spatial_) {
      Code<true>(coder);
    } else {
      Code<false>(coder);
    }
  }

  // Passes a row without survivors: nothing is coded.
  void SkipRow();

 private:
  static constexpr size_t kMargin = 1;  // zeros before each row
  static constexpr uint32_t kBuckets = 17;
  // Densities are looked at again after so many bits without a survivor.
  static constexpr uint32_t kRefresh = 16;

  struct Column {
    uint32_t index;
    // Kernels only: where in the kernel it is, as a part of the context; whether it is the first
    // listed one there; its neighbours within the kernel.
    uint16_t place = 0;
    bool starts_kernel = false;
    uint8_t has_left = 0, has_up = 0;
    int32_t up = 0;
  };

  // The density of `survivors` among `seen` bits on a scale of two steps an octave: from 0, below
  // 2^-8, to 16.
  static uint32_t Bucket(uint32_t survivors, uint32_t seen);

  // A column's bucket as a part of the context.
  void SetColumn(uint32_t index) {
    column_context_[index] =
        static_cast<uint16_t>(Bucket(column_survivors_[index], rows_coded_) * kBuckets * 4);
  }

  template <bool kSpatial, class Coder>
  void Code(Coder& outer_coder) {
    // Copies that no store to a byte of a row can be suspected to change: they stay in registers.
    Coder coder = std::move(outer_coder);
    Mixer<2, 16> mixer = mixer_;
    const Logistic& logistic = logistic_;
    AdaptiveBit* const locals = local_.data();
    AdaptiveBit* const counts = counts_.data();
    const uint16_t* const column_context = column_context_.data();
    uint8_t* const row = this->row();
    const uint8_t* const above = rows_[next_ ^ 1].data() + kMargin;

    ++rows_coded_;
    uint32_t history = 0;  // the bits of the columns before, the last one in bit 0
    uint32_t survivors = 0, seen = 0, row_context = Bucket(0, 0) * 4;
    uint32_t kernel_count = 0;
    for (const Column& column : columns_) {
      const uint32_t c = column.index;
      // Bit 0: the bit above, bit 1: the bit above that.
      const uint32_t up = above[c];
      uint32_t local, left;
      if constexpr (kSpatial) {
        left = row[int64_t{c} - 1] & 1u;
        if (column.starts_kernel) kernel_count = 0;
        local = column.place + std::min(kernel_count, 15u) * 4 + (left & column.has_left) * 2 +
                (row[int64_t{c} + column.up] & column.has_up);
      } else {
        left = history & 1u;
        local = kLeftContext[history] + kUpContext[up];
      }
      const uint32_t count = column_context[c] + row_context + left * 2 + (up & 1u);
      AdaptiveBit& by_local = locals[local];
      AdaptiveBit& by_counts = counts[count];
      const std::array<int, 2> inputs = {logistic.Stretch(by_local.p12()),
                                         logistic.Stretch(by_counts.p12())};
      const uint32_t p16 = logistic.Squash(mixer.Mix(inputs));
      ++seen;
      const auto learn = [&](bool bit) {
        mixer.Update(inputs, p16, bit);
        by_local.Update(bit, logistic);
        by_counts.Update(bit, logistic);
        row[c] = static_cast<uint8_t>(bit | (up << 1 & 2u));
        history = (history << 1 | bit) & 15u;
      };
      // A branch, mostly foreseen, lets the next bit begin before this one is certain.
      if (coder.Code(row[c] & 1u, p16)) {
        learn(true);
        ++kernel_count;
        ++column_survivors_[c];
        SetColumn(c);
        row_context = Bucket(++survivors, seen) * 4;
      } else {
        learn(false);
        if (seen % kRefresh == 0) row_context = Bucket(survivors, seen) * 4;
      }
    }
    if (rows_coded_ % kRefresh == 0) {
      for (const Column& column : columns_) SetColumn(column.index);
    }
    next_ ^= 1;
    mixer_ = mixer;
    outer_coder = std::move(coder);
  }

  // Contexts of the four bits to the left and of the two above: both nearest bits, and how many of
  // the others are set.
  static constexpr std::array<uint16_t, 16> kLeftContext = [] {
    std::array<uint16_t, 16> contexts{};
    for (uint32_t h = 0; h < 16; ++h) {
      const uint32_t set = (h & 1) + (h >> 1 & 1) + (h >> 2 & 1) + (h >> 3);
      contexts[h] = static_cast<uint16_t>((h & 1) * 64 + set * 4);
    }
    return contexts;
  }();
  static constexpr std::array<uint16_t, 4> kUpContext = {0, 33, 1, 34};

  const Logistic& logistic_;
  const bool spatial_;
  std::vector<Column> columns_;
  std::vector<uint8_t> rows_[2];  // the next row and the one before it, in turn
  size_t next_ = 0;
  uint32_t rows_coded_ = 0;
  std::vector<uint32_t> column_survivors_;
  std::vector<uint16_t> column_context_;
  std::vector<AdaptiveBit> local_, counts_;
  Mixer<2, 16> mixer_;
};

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_MASK_MODEL_H_
