// Codebooks that weigh distortion against the bits of the coder: entropy-constrained scalar
// quantization.
#ifndef DC_QUANTIZE_RATE_CODEBOOK_H_
#define DC_QUANTIZE_RATE_CODEBOOK_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace dc {

// Bits of each code by an ideal coder that knows how often each occurs, -log2(counts[c] / sum);
// infinity for one that does not occur.
std::vector<double> CodeLengths(std::span<const int64_t> counts);

// The values x that go to each of `entries` (ascending) at least cost (x - entry)^2 + bit_cost *
// length: they are intervals, since all parabolas have one curvature. Returns the upper bound of
// each entry's, infinity for the last one; an entry whose interval is empty has that of the one
// before it (-infinity for the first). Entries of infinite length have none. Chou, Lookabaugh and
// Gray 1989, "Entropy-constrained vector quantization", in one dimension.
std::vector<float> RateBounds(std::span<const float> entries, std::span<const double> lengths,
                              double bit_cost);

// The same where bits cost nothing: the bounds of what each entry is nearest to.
std::vector<float> NearestBounds(std::span<const float> entries);

// The entry whose interval holds `value`: the first whose bound is not below it.
inline size_t EntryWithin(std::span<const float> bounds, float value) {
  // A search by halves costs more than looking at so few.
  constexpr size_t kFew = 32;
  if (bounds.size() > kFew) {
    return static_cast<size_t>(std::lower_bound(bounds.begin(), bounds.end() - 1, value) -
                               bounds.begin());
  }
  size_t entry = 0;
  while (entry + 1 < bounds.size() && value > bounds[entry]) ++entry;
  return entry;
}

}  // namespace dc

#endif  // DC_QUANTIZE_RATE_CODEBOOK_H_
