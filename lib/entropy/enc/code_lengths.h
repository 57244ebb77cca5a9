// Optimal code lengths under a limit.
#ifndef DC_ENTROPY_ENC_CODE_LENGTHS_H_
#define DC_ENTROPY_ENC_CODE_LENGTHS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/canonical_code.h"

namespace dc {

// How often a symbol occurs. Lists of these ascend by symbol and hold no zero counts.
struct SymbolCount {
  uint32_t symbol = 0;
  uint64_t count = 0;
};

// Lengths of a prefix code that is complete, has no word above `limit` bits and, among those, makes
// the sum of count * length least: package-merge (Larmore and Hirschberg, 1990). Same order as
// `counts`; one symbol alone gets length 0. Preconditions: counts not empty, counts.size() <=
// 2^limit, limit <= kMaxCodeLength.
std::vector<CodeLength> LimitedCodeLengths(std::span<const SymbolCount> counts, int limit);

}  // namespace dc

#endif  // DC_ENTROPY_ENC_CODE_LENGTHS_H_
