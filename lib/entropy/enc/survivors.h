// The survivors of a weight in scan order.
#ifndef DC_ENTROPY_ENC_SURVIVORS_H_
#define DC_ENTROPY_ENC_SURVIVORS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/matrix_shape.h"

namespace dc {

// Rows and columns, ascending, in which positions count. All others hold no survivor.
struct KeptLines {
  std::vector<uint32_t> rows, columns;
};

// The rows and columns of `codes` (row-major) that hold a code other than 0.
KeptLines FindKeptLines(const MatrixShape& shape, std::span<const uint16_t> codes);

struct Survivors {
  std::vector<uint32_t> gaps;   // positions skipped since the previous survivor
  std::vector<uint16_t> codes;  // one a gap, none 0
};

// Scans the kept lines of `codes` row by row, or column by column.
Survivors ScanSurvivors(const MatrixShape& shape, std::span<const uint16_t> codes,
                        const KeptLines& kept, bool column_major);

}  // namespace dc

#endif  // DC_ENTROPY_ENC_SURVIVORS_H_
