// Which codes are likely, given those before: the model behind context-coded codes. Encoder and
// decoder run the same code; only their coder differs.
#ifndef DC_ENTROPY_COMMON_CODE_MODEL_H_
#define DC_ENTROPY_COMMON_CODE_MODEL_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/adaptive_bit.h"
#include "entropy/common/matrix_shape.h"

namespace dc {

// Codes the rank of a code's centroid, bit by bit from the top. Each bit is predicted in three
// contexts, mixed: the bits above it alone; with the centroids of the neighbours to the left and
// above; with how large the centroids of this row and this column have been so far.
class CodeModel {
 public:
  // `codebook`: of finite numbers, at most 65,536 of them. `sparse`: code 0 does not occur.
  CodeModel(const MatrixShape& shape, std::span<const float> codebook, bool sparse);

  // Codes the code at (row, column); see MaskModel for what a Coder is. Places come in row-major
  // order. False where the coded rank has no code.
  template <class Coder>
  bool Code(Coder& coder, uint32_t row, uint32_t column, uint16_t* code) {
    if (row != row_) BeginRow(row);
    const size_t neighbours = Neighbours(column), magnitude = Magnitude(column);
    uint32_t rank = rank_of_[*code], node = 1;
    for (int bit_index = bits_ - 1, level = 0; bit_index >= 0; --bit_index, ++level) {
      bool bit = (rank >> bit_index) & 1u;
      if (level < kModelledBits) {
        bit = CodeBit(coder, bit, static_cast<size_t>(level), &alone_[node],
                      &by_neighbours_[(neighbours << modelled_) + node],
                      &by_magnitude_[(magnitude << modelled_) + node]);
      } else {
        bit = coder.Code(bit, 1u << 15);
      }
      node = 2 * node + bit;
    }
    rank = node - (1u << bits_);
    if (rank >= code_of_.size()) return false;
    *code = code_of_[rank];
    Remember(column, rank);
    return true;
  }

 private:
  static constexpr int kModelledBits = 10;  // of a rank; those below are taken for random
  static constexpr uint32_t kLimit = 1023;
  static constexpr uint32_t kClasses = 5;  // of ranks, and one for no centroid

  void BeginRow(uint32_t row);
  size_t Neighbours(uint32_t column) const;
  size_t Magnitude(uint32_t column) const;
  void Remember(uint32_t column, uint32_t rank);

  template <class Coder>
  bool CodeBit(Coder& coder, bool bit, size_t level, AdaptiveBit* a, AdaptiveBit* b,
               AdaptiveBit* c) {
    const std::array<int, 3> inputs = {logistic_.Stretch(a->p12()), logistic_.Stretch(b->p12()),
                                       logistic_.Stretch(c->p12())};
    Mixer<3, 14>& mixer = mixers_[level];
    const uint32_t p16 = logistic_.Squash(mixer.Mix(inputs));
    bit = coder.Code(bit, p16);
    mixer.Update(inputs, p16, bit);
    a->Update(bit, kLimit);
    b->Update(bit, kLimit);
    c->Update(bit, kLimit);
    return bit;
  }

  const Logistic& logistic_;
  const MatrixShape shape_;
  std::vector<uint16_t> code_of_;       // by rank of the centroid
  std::vector<uint16_t> rank_of_;       // by code
  std::vector<uint16_t> magnitude_of_;  // by rank: the rank of the centroid's magnitude
  int bits_ = 0, modelled_ = 0;         // of a rank
  std::vector<AdaptiveBit> alone_, by_neighbours_, by_magnitude_;
  std::vector<Mixer<3, 14>> mixers_;  // by level

  uint32_t row_ = ~0u;
  std::vector<uint8_t> classes_, classes_above_;  // of the codes of this row and the one above
  // Sums of magnitudes, and how many: of this row, by column, of all.
  struct Sum {
    uint64_t magnitudes = 0;
    uint64_t count = 0;
  };
  Sum in_row_, in_all_;
  std::vector<Sum> in_column_;
};

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_CODE_MODEL_H_
