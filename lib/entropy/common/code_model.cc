#include "entropy/common/code_model.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace dc {

CodeModel::CodeModel(const MatrixShape& shape, std::span<const float> codebook, bool sparse)
    : logistic_(Logistic::Get()), shape_(shape), rank_of_(codebook.size(), 0) {
  for (size_t code = sparse ? 1 : 0; code < codebook.size(); ++code) {
    code_of_.push_back(static_cast<uint16_t>(code));
  }
  std::stable_sort(code_of_.begin(), code_of_.end(),
                   [&](uint16_t a, uint16_t b) { return codebook[a] < codebook[b]; });
  for (size_t rank = 0; rank < code_of_.size(); ++rank) {
    rank_of_[code_of_[rank]] = static_cast<uint16_t>(rank);
  }
  std::vector<uint16_t> by_magnitude(code_of_.size());
  for (size_t rank = 0; rank < by_magnitude.size(); ++rank) {
    by_magnitude[rank] = static_cast<uint16_t>(rank);
  }
  const auto size = [&](uint16_t rank) { return std::fabs(codebook[code_of_[rank]]); };
  std::stable_sort(by_magnitude.begin(), by_magnitude.end(),
                   [&](uint16_t a, uint16_t b) { return size(a) < size(b); });
  magnitude_of_.resize(by_magnitude.size());
  for (size_t m = 0; m < by_magnitude.size(); ++m) {
    magnitude_of_[by_magnitude[m]] = static_cast<uint16_t>(m);
  }

  mean_ = 8 * code_of_.size() + 1;
  if (!code_of_.empty()) bits_ = std::bit_width(code_of_.size() - 1);
  alone_.resize(size_t{1} << bits_);
  by_neighbours_.resize(size_t{(kClasses + 1) * (kClasses + 1)} << bits_);
  by_magnitude_.resize(size_t{7} << bits_);
  mixers_.assign(static_cast<size_t>(bits_), Mixer<3, 14>(26214));
  classes_.assign(shape.columns, 0);
  classes_above_.assign(shape.columns, 0);
  in_column_.resize(shape.columns);
}

void CodeModel::BeginRow(uint32_t row) {
  classes_.swap(classes_above_);
  std::fill(classes_.begin(), classes_.end(), uint8_t{0});
  if (row != row_ + 1) std::fill(classes_above_.begin(), classes_above_.end(), uint8_t{0});
  row_ = row;
  in_row_ = Sum();
}

size_t CodeModel::Neighbours(uint32_t column) const {
  uint8_t left = 0, up = 0;
  if (shape_.kernel_area > 1) {
    // Both within the kernel.
    const uint32_t place = column % shape_.kernel_area;
    if (place % shape_.kernel_width > 0) left = classes_[column - 1];
    if (place >= shape_.kernel_width) up = classes_[column - shape_.kernel_width];
  } else {
    if (column > 0) left = classes_[column - 1];
    up = classes_above_[column];
  }
  return left * size_t{kClasses + 1} + up;
}

size_t CodeModel::Magnitude(uint32_t column) const {
  // The mean of this row and this column together, with eight values of the mean of all, against
  // the mean of all in sixteenths.
  const Sum& sum = in_column_[column];
  const uint64_t near = 16 * (in_row_.magnitudes + sum.magnitudes) + 8 * mean_;
  const uint64_t sixteenth = (in_row_.count + sum.count + 8) * mean_;
  constexpr uint64_t kBounds[] = {9, 12, 15, 17, 20, 26};
  size_t bucket = 0;
  for (uint64_t bound : kBounds) bucket += 16 * near >= bound * sixteenth;
  return bucket;
}

void CodeModel::Remember(uint32_t column, uint32_t rank) {
  classes_[column] = static_cast<uint8_t>(1 + rank * kClasses / code_of_.size());
  for (Sum* sum : {&in_row_, &in_column_[column], &in_all_}) {
    sum->magnitudes += magnitude_of_[rank];
    ++sum->count;
  }
  if (in_all_.count % kRefresh == 1) mean_ = 16 * in_all_.magnitudes / in_all_.count + 1;
}

}  // namespace dc
