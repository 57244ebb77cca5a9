#include "entropy/common/code_model.h"

#include <algorithm>

namespace dc {

bool CodeModel::RestIsOnes(std::span<uint16_t> codes) const {
  const size_t rank = (size_t{1} << bits_) - 1;
  if (rank >= code_of_.size()) return false;
  std::fill(codes.begin(), codes.end(), code_of_[rank]);
  return true;
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
