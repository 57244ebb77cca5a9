#include "quantize/dead_zone_grid.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "quantize/rate_codebook.h"

namespace dc {

float GridStep(float step) {
  // Whole numbers up to 2^15 take another 15 bits, of a float's 24; those up to 8 leave a product
  // the 11 bits of a float16.
  constexpr int kBits = 8;
  int exponent = 0;
  const float mantissa = std::frexp(std::abs(step), &exponent);
  const float rounded = std::ldexp(std::round(std::ldexp(mantissa, kBits)), exponent - kBits);
  return std::max(rounded, std::numeric_limits<float>::min());
}

DeadZoneGrid DeadZoneGrid::Reaching(std::span<const float> values, int bits) {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  const int most = (1 << (bits - 1)) - 1;
  return {GridStep(largest / static_cast<float>(most)), most};
}

std::optional<DeadZoneGrid> DeadZoneGrid::With(std::span<const float> entries, int bits) {
  float largest = 0;
  for (const float entry : entries) largest = std::max(largest, std::abs(entry));
  if (largest == 0) return std::nullopt;
  const int most = (1 << (bits - 1)) - 1;
  for (int n = most; n > 0; --n) {
    const float step = largest / static_cast<float>(n);
    const auto is_multiple = [&](float entry) { return entry == std::round(entry / step) * step; };
    if (GridStep(step) == step && std::all_of(entries.begin(), entries.end(), is_multiple)) {
      return DeadZoneGrid{step, most};
    }
  }
  return std::nullopt;
}

std::vector<float> DeadZoneGrid::Entries() const {
  std::vector<float> entries;
  for (int n = -most; n <= most; ++n) entries.push_back(static_cast<float>(n) * step + 0.0f);
  return entries;
}

std::vector<float> DeadZoneGrid::DeadZoneBounds(std::span<const float> values) const {
  const std::vector<float> entries = Entries();
  const double bit_cost = std::log(2.0) / 6 * step * step;
  std::vector<float> bounds = NearestBounds(entries);
  // Code lengths follow the assignment that follows them: two rounds settle all but rare values.
  constexpr int kRounds = 2;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<int64_t> counts(entries.size());
    for (const float value : values) ++counts[EntryWithin(bounds, value)];
    for (int64_t& count : counts) count = std::max<int64_t>(count, 1);
    bounds = RateBounds(entries, CodeLengths(counts), bit_cost);
  }
  return bounds;
}

}  // namespace dc
