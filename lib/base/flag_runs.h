// A list of flags as the lengths of its runs.
#ifndef DC_BASE_FLAG_RUNS_H_
#define DC_BASE_FLAG_RUNS_H_

#include <cstdint>
#include <vector>

#include "base/bit_io.h"

namespace dc {

// Writes a 2-bit order k, then the lengths of runs that take turns, unset flags first: the first as
// it is (it may be 0), the others less 1, as Exp-Golomb numbers of order k. Takes the k that costs
// least. `flags` must not be empty.
void WriteFlagRuns(const std::vector<bool>& flags, BitWriter* bits);

// Reads `count` flags; false where the runs do not end there.
bool ReadFlagRuns(uint64_t count, BitReader* bits, std::vector<bool>* flags);

}  // namespace dc

#endif  // DC_BASE_FLAG_RUNS_H_
