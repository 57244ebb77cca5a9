#include <algorithm>
#include <bit>
#include <cmath>

#include "prune/criteria/criterion.h"

namespace dc {
namespace {

// Finite floats without their sign compare like these integers.
uint32_t Magnitude(float value) { return std::bit_cast<uint32_t>(value) & 0x7FFFFFFFu; }

}  // namespace

Status CheckDensity(double density, const std::string& where) {
  if (density > 0 && density <= 1) return OkStatus();
  return UsageError("a density of " + std::to_string(density) + " is impossible", where,
                    "choose one above 0 and up to 1");
}

size_t SurvivorsAt(double density, size_t size) {
  if (size == 0) return 0;
  const double survivors = std::round(density * static_cast<double>(size));
  return std::clamp<size_t>(static_cast<size_t>(survivors), 1, size);
}

std::vector<uint8_t> MaskOfLargest(std::span<const float> values, size_t keep) {
  std::vector<uint8_t> mask(values.size());
  std::vector<uint32_t> magnitudes;
  magnitudes.reserve(values.size());
  for (const float value : values) {
    if (value != 0.0f) magnitudes.push_back(Magnitude(value));
  }
  keep = std::min(keep, magnitudes.size());
  if (keep == 0) return mask;
  const auto last_kept = magnitudes.begin() + static_cast<std::ptrdiff_t>(keep - 1);
  std::nth_element(magnitudes.begin(), last_kept, magnitudes.end(), std::greater<uint32_t>());
  const uint32_t cut = *last_kept;
  // How many of those that equal the cut are among the `keep` largest.
  size_t ties = static_cast<size_t>(std::count(magnitudes.begin(), last_kept + 1, cut));
  for (size_t i = 0; i < values.size(); ++i) {
    const uint32_t magnitude = Magnitude(values[i]);
    if (magnitude > cut) {
      mask[i] = 1;
    } else if (magnitude == cut && ties > 0) {
      mask[i] = 1;
      --ties;
    }
  }
  return mask;
}

}  // namespace dc
