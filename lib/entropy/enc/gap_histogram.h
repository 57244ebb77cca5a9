// How often each distance between survivors occurs, and what each way to store gaps makes of it.
#ifndef DC_ENTROPY_ENC_GAP_HISTOGRAM_H_
#define DC_ENTROPY_ENC_GAP_HISTOGRAM_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/enc/code_lengths.h"

namespace dc {

class GapHistogram {
 public:
  explicit GapHistogram(std::span<const uint32_t> gaps);

  uint32_t longest() const { return longest_; }

  // The symbols that gaps of `width` bits (1..16) become, and in `fillers` how many of them are
  // fillers. A gap g is g >> width fillers and one symbol g mod 2^width.
  std::vector<SymbolCount> Symbols(int width, uint64_t* fillers) const;

  // The tokens of escape-coded gaps, and in `suffix_bits` the sum of their suffixes.
  std::vector<SymbolCount> Tokens(int precision, uint64_t* suffix_bits) const;

 private:
  std::vector<uint64_t> short_;  // by gap, below 65,536
  std::vector<uint32_t> long_;   // every other gap
  uint32_t longest_ = 0;
};

}  // namespace dc

#endif  // DC_ENTROPY_ENC_GAP_HISTOGRAM_H_
