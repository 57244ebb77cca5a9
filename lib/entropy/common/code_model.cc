#include "entropy/common/code_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace dc {

namespace {

// The numbers from `first` to the last of `keys`, ordered by key, those with equal keys by number.
std::vector<uint16_t> OrderBy(std::span<const float> keys, size_t first) {
  std::vector<uint16_t> order(keys.size() - first);
  std::iota(order.begin(), order.end(), static_cast<uint16_t>(first));
  std::sort(order.begin(), order.end(), [keys](uint16_t a, uint16_t b) {
    return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
  });
  return order;
}

// The place of each number below `numbers` in `order`; 0 for those that are not in it.
std::vector<uint16_t> PlacesIn(std::span<const uint16_t> order, size_t numbers) {
  std::vector<uint16_t> places(numbers);
  for (size_t place = 0; place < order.size(); ++place) {
    places[order[place]] = static_cast<uint16_t>(place);
  }
  return places;
}

}  // namespace

CodeModel::CodeModel(const MatrixShape& shape, std::span<const float> codebook, bool sparse)
    : logistic_(Logistic::Get()), shape_(shape) {
  code_of_ = OrderBy(codebook, sparse && !codebook.empty() ? 1 : 0);
  rank_of_ = PlacesIn(code_of_, codebook.size());
  std::vector<float> magnitudes;
  for (uint16_t code : code_of_) magnitudes.push_back(std::fabs(codebook[code]));
  magnitude_of_ = PlacesIn(OrderBy(magnitudes, 0), code_of_.size());

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
