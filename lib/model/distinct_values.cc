#include "model/distinct_values.h"

#include <algorithm>

namespace dc {

std::vector<float> DistinctValues(std::span<const float> values) {
  std::vector<float> entries(values.begin(), values.end());
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  const auto zero = std::find(entries.begin(), entries.end(), 0.0f);
  if (zero != entries.end()) {
    *zero = 0.0f;  // not -0
    std::rotate(entries.begin(), zero, zero + 1);
  }
  return entries;
}

uint16_t CodeAmong(std::span<const float> entries, float value) {
  if (value == 0.0f) return 0;
  const auto first = entries.begin() + (entries.front() == 0.0f ? 1 : 0);
  return static_cast<uint16_t>(std::lower_bound(first, entries.end(), value) - entries.begin());
}

}  // namespace dc
