#include "encode/affine_run.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "format/codebook.h"

namespace dc {
namespace {

// Fewer entries take no more as a table; a run that is mostly holes costs coders more than that.
constexpr size_t kFewest = 16;
constexpr double kMostPerEntry = 4;

}  // namespace

std::optional<QuantizedWeight> AsAffineRun(const QuantizedWeight& weight) {
  const std::vector<float>& entries = weight.codebook;
  if (entries.size() < kFewest) return std::nullopt;
  std::vector<float> ascending = entries;
  std::sort(ascending.begin(), ascending.end());
  float step = ascending.back() - ascending.front();
  for (size_t i = 1; i < ascending.size(); ++i) {
    step = std::min(step, ascending[i] - ascending[i - 1]);
  }
  const float base = ascending.front();
  if (!(step > 0)) return std::nullopt;
  const double count = std::round((static_cast<double>(ascending.back()) - base) / step) + 1;
  if (count > kMostPerEntry * static_cast<double>(entries.size())) return std::nullopt;
  const size_t shift = weight.sparse() ? 1 : 0;
  const auto run = static_cast<size_t>(count);
  const bool whole = shift == 0 && run == entries.size();
  if (run + shift > QuantizedWeight::kMostEntries || whole) return std::nullopt;
  QuantizedWeight result = weight;
  result.codebook.assign(shift, 0.0f);
  for (size_t i = 0; i < run; ++i) {
    result.codebook.push_back(format::AffineValue(base, step, static_cast<uint32_t>(i)));
  }
  std::vector<uint16_t> moved;
  for (size_t c = 0; c < entries.size(); ++c) {
    const auto place =
        static_cast<size_t>(std::round((static_cast<double>(entries[c]) - base) / step));
    const size_t code = shift == 1 && c == 0 ? 0 : place + shift;
    if (std::bit_cast<uint32_t>(result.codebook[code]) != std::bit_cast<uint32_t>(entries[c])) {
      return std::nullopt;
    }
    moved.push_back(static_cast<uint16_t>(code));
  }
  for (uint16_t& code : result.codes) code = moved[code];
  return result;
}

}  // namespace dc
