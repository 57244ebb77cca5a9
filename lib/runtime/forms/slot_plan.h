// Which rows of a sparse weight share a slice of a BlockMatrix or a ByteMatrix, and how many words
// a slice gets.
#ifndef DC_RUNTIME_FORMS_SLOT_PLAN_H_
#define DC_RUNTIME_FORMS_SLOT_PLAN_H_

#include <cstdint>
#include <vector>

namespace dc::runtime {

struct SlotPlan {
  std::vector<uint32_t> order;  // all rows, those with the most survivors first, about
  std::vector<uint8_t> words;   // per block, of each slice of Matrix::kRows rows in that order
  double estimate = 0;          // microseconds of a product with one vector with it ...
  double sell_estimate = 0;     // ... and with SELL-16
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_SLOT_PLAN_H_
