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

// Larger codebooks have no context-coded codes: ordering them would let a small file cost a lot of
// time.
inline constexpr size_t kMaxContextCodebook = 1024;

// Codes the rank of a code's centroid, bit by bit from the top. Each bit is predicted in three
// contexts, mixed: the bits above it alone; with the centroids of the neighbours to the left and
// above; with how large the centroids of this row and this column have been so far.
class CodeModel {
 public:
  // `codebook`: of finite numbers, at most kMaxContextCodebook. `sparse`: code 0 does not occur.
  CodeModel(const MatrixShape& shape, std::span<const float> codebook, bool sparse);

  // Codes the code at (row, column); see MaskModel for what a Coder is. Places come in row-major
  // order. False where the coded rank has no code.
  template <class Coder>
  bool Code(Coder& coder, uint32_t row, uint32_t column, uint16_t* code) {
    if (row != row_) BeginRow(row);
    AdaptiveBit* const alone = alone_.data();
    AdaptiveBit* const by_neighbours = by_neighbours_.data() + (Neighbours(column) << bits_);
    AdaptiveBit* const by_magnitude = by_magnitude_.data() + (Magnitude(column) << bits_);
    uint32_t rank = rank_of_[*code], node = 1;
    for (int level = 0; level < bits_; ++level) {
      node = 2 * node + CodeBit(coder, (rank >> (bits_ - 1 - level)) & 1u,
                                &mixers_[static_cast<size_t>(level)], &alone[node],
                                &by_neighbours[node], &by_magnitude[node]);
    }
    rank = node - (1u << bits_);
    if (rank >= code_of_.size()) return false;
    *code = code_of_[rank];
    Remember(column, rank);
    return true;
  }

  // Fills `codes` with the code whose rank is all ones; false where there is none.
  bool RestIsOnes(std::span<uint16_t> codes) const;

 private:
  static constexpr uint64_t kRefresh = 64;
  static constexpr uint32_t kClasses = 5;  // of ranks, and one for no centroid

  void BeginRow(uint32_t row);
  size_t Neighbours(uint32_t column) const;
  size_t Magnitude(uint32_t column) const;
  void Remember(uint32_t column, uint32_t rank);

  template <class Coder>
  uint32_t CodeBit(Coder& coder, bool bit, Mixer<3, 14>* mixer, AdaptiveBit* a, AdaptiveBit* b,
                   AdaptiveBit* c) {
    const std::array<int, 3> inputs = {logistic_.Stretch(a->p12()), logistic_.Stretch(b->p12()),
                                       logistic_.Stretch(c->p12())};
    const uint32_t p16 = logistic_.Squash(mixer->Mix(inputs));
    const auto learn = [&](uint32_t coded) {
      mixer->Update(inputs, p16, coded);
      a->Update(coded, logistic_);
      b->Update(coded, logistic_);
      c->Update(coded, logistic_);
      return coded;
    };
    return coder.Code(bit, p16) ? learn(1) : learn(0);
  }

  const Logistic& logistic_;
  const MatrixShape shape_;
  std::vector<uint16_t> code_of_;       // by rank of the centroid
  std::vector<uint16_t> rank_of_;       // by code
  std::vector<uint16_t> magnitude_of_;  // by rank: the rank of the centroid's magnitude
  int bits_ = 0;                        // of a rank
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
  uint64_t mean_ = 0;  // of all, in sixteenths, plus 1; refreshed now and then
  std::vector<Sum> in_column_;
};

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_CODE_MODEL_H_
