#include "quantize/weighted_points.h"

#include <algorithm>
#include <unordered_set>

namespace dc {
namespace {

constexpr size_t kExactLimit = size_t{1} << 20;
constexpr int kCoarseBits = 16;  // sign, exponent and 7 bits of mantissa

// A point before the prefix sums are taken.
struct Bin {
  double sum = 0;
  uint32_t count = 0;
};

// Every distinct value as a bin, ascending.
std::vector<Bin> SortedBins(std::span<const float> values) {
  std::vector<float> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<Bin> bins;
  for (size_t i = 0; i < sorted.size();) {
    size_t end = i + 1;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    const auto count = static_cast<uint32_t>(end - i);
    bins.push_back({static_cast<double>(sorted[i]) * count, count});
    i = end;
  }
  return bins;
}

// Bins by the leading bits of the ordered key: all get kCoarseBits, crowded ones as many more as
// bring their share down to 1 / resolution, were the values in them spread evenly.
std::vector<Bin> AdaptiveBins(std::span<const float> values, size_t resolution) {
  constexpr size_t kCoarse = size_t{1} << kCoarseBits;
  constexpr uint32_t kRest = 32 - kCoarseBits;
  // A sample tells which bins are crowded; its stride is prime to the lengths of rows.
  constexpr size_t kStride = 17;
  std::vector<uint32_t> sample(kCoarse);
  for (size_t i = 0; i < values.size(); i += kStride) ++sample[OrderedKey(values[i]) >> kRest];

  struct Slot {
    uint32_t offset;
    uint32_t shift;  // of the low kRest bits
  };
  std::vector<Slot> slots(kCoarse);
  const size_t share = std::max<size_t>(1, values.size() / resolution);
  uint32_t total = 0;
  for (size_t bin = 0; bin < kCoarse; ++bin) {
    uint32_t bits = 0;
    while (bits < kRest && (kStride * sample[bin] >> bits) > share) ++bits;
    slots[bin] = {total, kRest - bits};
    total += 1u << bits;
  }
  std::vector<Bin> bins(total);
  for (const float value : values) {
    const uint32_t key = OrderedKey(value);
    const Slot slot = slots[key >> kRest];
    Bin& bin = bins[slot.offset + ((key & ((1u << kRest) - 1)) >> slot.shift)];
    bin.sum += value;
    ++bin.count;
  }
  std::erase_if(bins, [](const Bin& bin) { return bin.count == 0; });
  return bins;
}

}  // namespace

WeightedPoints MakePoints(std::span<const float> values, size_t resolution) {
  WeightedPoints points;
  points.exact = values.size() <= kExactLimit;
  const std::vector<Bin> bins =
      points.exact ? SortedBins(values) : AdaptiveBins(values, resolution);

  size_t pivot = 0;
  for (size_t below = 0; pivot < bins.size(); ++pivot) {
    below += bins[pivot].count;
    if (2 * below >= values.size()) break;
  }
  points.center = bins[pivot].sum / bins[pivot].count;
  const size_t m = bins.size();
  points.values.resize(m);
  points.counts.resize(m + 1);
  points.sums.resize(m + 1);
  points.squares.resize(m + 1);
  double count = 0;
  for (size_t i = 0; i < m; ++i) {
    points.values[i] = bins[i].sum / bins[i].count - points.center;
    points.counts[i] = count;
    count += bins[i].count;
  }
  points.counts[m] = count;
  for (size_t i = pivot; i < m; ++i) {
    const double sum = points.values[i] * bins[i].count;
    points.sums[i + 1] = points.sums[i] + sum;
    points.squares[i + 1] = points.squares[i] + sum * points.values[i];
  }
  for (size_t i = pivot; i-- > 0;) {
    const double sum = points.values[i] * bins[i].count;
    points.sums[i] = points.sums[i + 1] - sum;
    points.squares[i] = points.squares[i + 1] - sum * points.values[i];
  }
  return points;
}

std::optional<std::vector<float>> DistinctValues(std::span<const float> values, size_t limit) {
  std::unordered_set<float> seen;
  for (const float value : values) {
    seen.insert(value + 0.0f);  // -0 is 0
    if (seen.size() > limit) return std::nullopt;
  }
  std::vector<float> distinct(seen.begin(), seen.end());
  std::sort(distinct.begin(), distinct.end());
  return distinct;
}

}  // namespace dc
