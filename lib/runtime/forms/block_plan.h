// Which rows of a sparse weight share a slice of a BlockMatrix, and how many words a slice gets.
#ifndef DC_RUNTIME_FORMS_BLOCK_PLAN_H_
#define DC_RUNTIME_FORMS_BLOCK_PLAN_H_

#include <cstdint>
#include <vector>

#include "runtime/forms/sparse_rows.h"

namespace dc::runtime {

struct BlockPlan {
  std::vector<uint32_t> order;  // all rows, those with the most survivors first, about
  std::vector<uint8_t> words;   // per block, of each slice of 16 rows in that order
  double estimate = 0;          // microseconds of a product with one vector with it ...
  double sell_estimate = 0;     // ... and with SELL-16
};

// The plan with which a product with one vector takes least time, by times per word and per entry
// that were measured and as many survivors in each block as the numbers of its row and of its
// columns let expect. `source` is the weight or, where `transposed`, its transpose.
BlockPlan PlanBlocks(const SparseRows& source, bool transposed);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_BLOCK_PLAN_H_
