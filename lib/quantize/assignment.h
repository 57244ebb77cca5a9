// Which codebook entry a value goes to, and sums over the values of an entry.
#ifndef DC_QUANTIZE_ASSIGNMENT_H_
#define DC_QUANTIZE_ASSIGNMENT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dc {

// Finds nearest codebook entries in O(1) for most values and O(log k) for the rest: a table over
// the leading 16 bits of a value says between which entries it can fall.
class NearestEntry {
 public:
  // `codebook`: 1 to 65,536 finite entries, strictly ascending.
  explicit NearestEntry(std::span<const float> codebook);

  // codes[i] = index of the entry nearest to values[i], the lower one on a tie. Values are finite;
  // both spans have the same size. May be called from several threads.
  void Assign(std::span<const float> values, std::span<uint16_t> codes) const;

 private:
  // thresholds_[c]: the greatest float that still belongs to entry c; the last is infinity.
  std::vector<float> thresholds_;
  std::vector<uint16_t> first_;  // by leading bits: the code of the least such value
};

// How many running sums SumByCode keeps per code: neighbouring values often share a code, and one
// sum would wait for its own last addition.
inline constexpr size_t kSumLanes = 4;

// sums[c] = sum of value_at(i) over the i in [0, codes.size()) with codes[i] == c, for c < k.
// `sums` has kSumLanes * k entries, of which the first k hold the result. Deterministic.
template <typename ValueAt>
void SumByCode(std::span<const uint16_t> codes, size_t k, ValueAt value_at,
               std::span<double> sums) {
  std::fill(sums.begin(), sums.end(), 0.0);
  size_t i = 0;
  for (; i + kSumLanes <= codes.size(); i += kSumLanes) {
    for (size_t lane = 0; lane < kSumLanes; ++lane) {
      sums[lane * k + codes[i + lane]] += value_at(i + lane);
    }
  }
  for (; i < codes.size(); ++i) sums[codes[i]] += value_at(i);
  for (size_t lane = 1; lane < kSumLanes; ++lane) {
    for (size_t c = 0; c < k; ++c) sums[c] += sums[lane * k + c];
  }
}

}  // namespace dc

#endif  // DC_QUANTIZE_ASSIGNMENT_H_
