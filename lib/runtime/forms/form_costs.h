// What forms take, by the kind of processor.
#ifndef DC_RUNTIME_FORMS_FORM_COSTS_H_
#define DC_RUNTIME_FORMS_FORM_COSTS_H_

#include <cstddef>

namespace dc::runtime {

// As measured on one processor of a kind (docs/decisions/0057). Of products with one vector in
// nanoseconds: plans need their ratios.
struct FormCosts {
  double word;         // a BlockMatrix's word of 16 rows ...
  double shared_word;  // ... and one that both halves of a block share
  double slice;        // one that has words besides its rest
  double byte_word;    // a ByteMatrix's word of 32 rows
  double byte_slice;
  double rest_entry;  // of a RestMatrix
  double sell_entry;  // of SELL-16
  // The density up to which a convolution is faster sparse than dense: of filters larger than 1x1,
  // and of few positions, kFewPositions, where few products share the looking up of a survivor.
  double window_limit, narrow_limit;
  static constexpr size_t kFewPositions = 64;
  // Bytes of inputs that the blocks of a convolution's CsbMatrix keep in the first-level cache.
  size_t block_inputs;
};

// Of the kind of processor that this is. Not measured here and now, so that the same file gives the
// same sums to the last bit whenever it is loaded.
const FormCosts& CostsHere();

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_FORM_COSTS_H_
