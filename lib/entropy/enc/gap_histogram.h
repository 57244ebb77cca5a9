// The distances between survivors, in either scan order, and what fixed-width gaps make of them.
#ifndef DC_ENTROPY_ENC_GAP_HISTOGRAM_H_
#define DC_ENTROPY_ENC_GAP_HISTOGRAM_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/enc/code_lengths.h"

namespace dc {

// The survivors (codes other than 0) of a weight in one scan order.
struct Survivors {
  std::vector<uint32_t> gaps;   // positions skipped since the previous survivor
  std::vector<uint16_t> codes;  // one a gap, none 0
};

// Scans `codes` (row-major, rows * columns of them) row by row, or column by column.
Survivors ScanSurvivors(uint32_t rows, uint32_t columns, std::span<const uint16_t> codes,
                        bool column_major);

// How often each gap occurs.
class GapHistogram {
 public:
  explicit GapHistogram(std::span<const uint32_t> gaps);

  // The symbols that gaps of `width` bits (1..16) become, and in `fillers` how many of them are
  // fillers. A gap g is g >> width fillers and one symbol g mod 2^width.
  std::vector<SymbolCount> Symbols(int width, uint64_t* fillers) const;

 private:
  std::vector<uint64_t> short_;  // by gap, below 65,536
  std::vector<uint32_t> long_;   // every other gap
};

}  // namespace dc

#endif  // DC_ENTROPY_ENC_GAP_HISTOGRAM_H_
