// Which survivor positions are likely, given those before: the model behind context-coded bitmasks.
// Encoder and decoder run the same code; only their coder differs.
#ifndef DC_ENTROPY_COMMON_MASK_MODEL_H_
#define DC_ENTROPY_COMMON_MASK_MODEL_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/adaptive_bit.h"
#include "entropy/common/matrix_shape.h"

namespace dc {

// Predicts each bit from two contexts, mixed: the bits next to it, and how often this row and this
// column have held survivors so far (pruned masks are clustered). A Coder has
//   bool Code(bool bit, uint32_t p16)
// which encodes `bit`, of which 1 has the probability p16 / 65536, and returns it; or ignores `bit`
// and returns the decoded one.
class MaskModel {
 public:
  // `columns` ascend: the columns that may hold survivors.
  MaskModel(const MatrixShape& shape, std::span<const uint32_t> columns);

  // The bits of the row that comes next, one byte each. An encoder fills them before CodeRow, a
  // decoder reads them after it and before the next call.
  uint8_t* row() { return rows_[next_].data() + kMargin; }

  // Codes the listed columns of the next row.
  template <class Coder>
  void CodeRow(Coder& coder) {
    AdaptiveBit in_row;
    uint8_t* row = this->row();
    const uint8_t* above = rows_[(next_ + 2) % 3].data() + kMargin;
    const uint8_t* above2 = rows_[(next_ + 1) % 3].data() + kMargin;
    uint32_t kernel_count = 0;
    for (const Column& column : columns_) {
      const uint8_t* at = row + column.index;
      const uint32_t left = at[-1], up = above[column.index];
      uint32_t local;
      if (spatial_) {
        if (column.starts_kernel) kernel_count = 0;
        local = column.place + std::min(kernel_count, 15u) * 4 + (at[-1] & column.has_left) * 2 +
                (at[column.up] & column.has_up);
      } else {
        local = (left << 9) + (up << 8) + (left + at[-2] + at[-3] + at[-4]) * 4u + up +
                above2[column.index];
      }
      AdaptiveBit& in_column = by_column_[column.index];
      const uint32_t counts = (Bucket(in_column) * kBuckets + Bucket(in_row)) * 4 + left * 2 + up;
      const bool bit = CodeBit(coder, row[column.index] != 0, &local_[local], &counts_[counts]);
      row[column.index] = bit;
      kernel_count += bit;
      in_column.Update(bit, kCountLimit);
      in_row.Update(bit, kCountLimit);
    }
    next_ = (next_ + 1) % 3;
  }

  // Passes a row without survivors: nothing is coded.
  void SkipRow();

 private:
  static constexpr size_t kMargin = 4;          // zeros before each row
  static constexpr uint32_t kLimit = 1023;      // of the contexts' estimates
  static constexpr uint32_t kCountLimit = 255;  // of the rows' and columns' densities
  static constexpr uint32_t kBuckets = 17;

  struct Column {
    uint32_t index;
    // Kernels only: where in the kernel it is, as a part of the context; whether it is the first
    // listed one there; its neighbours within the kernel.
    uint16_t place = 0;
    bool starts_kernel = false;
    uint8_t has_left = 0, has_up = 0;
    int32_t up = 0;
  };

  // A density on a scale of two steps an octave, from below 2^-8 (0) up to 1.
  static uint32_t Bucket(const AdaptiveBit& density) {
    const uint32_t p = density.p16();
    if (p < 256) return 0;
    const int octave = 31 - __builtin_clz(p);  // 8..15
    return 1 + 2 * static_cast<uint32_t>(octave - 8) + ((p >> (octave - 1)) & 1u);
  }

  template <class Coder>
  bool CodeBit(Coder& coder, bool bit, AdaptiveBit* local, AdaptiveBit* counts) {
    const std::array<int, 2> inputs = {logistic_.Stretch(local->p12()),
                                       logistic_.Stretch(counts->p12())};
    const uint32_t p16 = logistic_.Squash(mixer_.Mix(inputs));
    bit = coder.Code(bit, p16);
    mixer_.Update(inputs, p16, bit);
    local->Update(bit, kLimit);
    counts->Update(bit, kLimit);
    return bit;
  }

  const Logistic& logistic_;
  const bool spatial_;
  std::vector<Column> columns_;
  std::vector<uint8_t> rows_[3];  // the next row and the two before it, in turn
  size_t next_ = 0;
  std::vector<AdaptiveBit> local_, counts_, by_column_;
  Mixer<2, 16> mixer_;
};

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_MASK_MODEL_H_
