#include "model/dialects/weight_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace dc {
namespace {

// The numbers of `codebook` on a grid of `step`; nothing where one is not on it.
std::optional<std::vector<int32_t>> NumbersOf(const std::vector<float>& codebook, float step,
                                              int32_t most) {
  if (!(step > 0 && step <= std::numeric_limits<float>::max())) return std::nullopt;
  std::vector<int32_t> numbers;
  numbers.reserve(codebook.size());
  for (const float entry : codebook) {
    const float number = std::nearbyint(entry / step);
    if (std::abs(number) > static_cast<float>(most) || number * step != entry) return std::nullopt;
    numbers.push_back(static_cast<int32_t>(number));
  }
  return numbers;
}

// The scales of the channels for a grid of `step`: products of both, where those give the same
// weights, which rounding can prevent.
std::optional<std::vector<float>> ScalesOf(const QuantizedWeight& weight,
                                           const std::vector<int32_t>& numbers, float step) {
  if (weight.scales.empty()) return std::vector<float>{step};
  std::vector<float> scales;
  for (const float scale : weight.scales) {
    scales.push_back(scale * step);
    if (!(scales.back() > 0)) return std::nullopt;
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (static_cast<float>(numbers[i]) * scales.back() != weight.codebook[i] * scale) {
        return std::nullopt;
      }
    }
  }
  return scales;
}

std::optional<WeightGrid> OnGrid(const QuantizedWeight& weight, float step, int32_t most) {
  auto numbers = NumbersOf(weight.codebook, step, most);
  if (!numbers) return std::nullopt;
  auto scales = ScalesOf(weight, *numbers, step);
  if (!scales) return std::nullopt;
  WeightGrid grid{*std::move(numbers), *std::move(scales)};
  for (const int32_t number : grid.numbers) {
    grid.low = std::min(grid.low, number);
    grid.high = std::max(grid.high, number);
  }
  if (grid.high - grid.low >= most) return std::nullopt;
  return grid;
}

}  // namespace

std::optional<WeightGrid> FindWeightGrid(const QuantizedWeight& weight, int32_t most) {
  float least = 0;  // of the entries that are not zero, the one next to it
  for (const float entry : weight.codebook) {
    const float size = std::abs(entry);
    if (size > 0 && (least == 0 || size < least)) least = size;
  }
  if (least == 0) return OnGrid(weight, 1, most);
  // The least entry is a small multiple of the step. As it was rounded, the step is near the
  // quotient, not always the quotient itself.
  constexpr int kNear = 2;
  for (int32_t multiple = 1; multiple < most; ++multiple) {
    const float middle = least / static_cast<float>(multiple);
    float step = middle;
    for (int i = 0; i < kNear; ++i) step = std::nextafter(step, 0.0f);
    for (int i = -kNear; i <= kNear; ++i) {
      if (auto grid = OnGrid(weight, step, most)) return grid;
      step = std::nextafter(step, std::numeric_limits<float>::infinity());
    }
  }
  return std::nullopt;
}

}  // namespace dc
