// What a CodeModel is before the first code. A file of its own: it runs once for a weight, and is
// compiled for size.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "entropy/common/code_model.h"

namespace dc {

namespace {

// The numbers from `first` to the last of `keys`, ordered by key, those with equal keys by number.
std::vector<uint16_t> OrderBy(std::span<const float> keys, size_t first) {
  std::vector<uint16_t> order(keys.size() - first);
  std::iota(order.begin(), order.end(), static_cast<uint16_t>(first));
  const auto before = [keys](uint16_t a, uint16_t b) {
    return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
  };
  // By way of a heap: std::sort is 1 KB of code more.
  std::make_heap(order.begin(), order.end(), before);
  std::sort_heap(order.begin(), order.end(), before);
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

}  // namespace dc
