// What the parts of a sparse product with one vector take.
#ifndef DC_RUNTIME_FORMS_SLOT_COSTS_H_
#define DC_RUNTIME_FORMS_SLOT_COSTS_H_

namespace dc::runtime {

// Nanoseconds, as measured on one processor of a kind (docs/benchmarks.md): plans need their
// ratios.
struct SlotCosts {
  double word;         // a BlockMatrix's word of 16 rows ...
  double shared_word;  // ... and one that both halves of a block share
  double slice;        // one that has words besides its rest
  double byte_word;    // a ByteMatrix's word of 32 rows
  double byte_slice;
  double rest_entry;    // of a RestMatrix
  double sell_entry;    // of SELL-16
  double column_entry;  // of a ColumnMatrix
};

// Of the kind of processor that this is. Not measured here and now, so that the same file gives the
// same sums to the last bit whenever it is loaded.
const SlotCosts& CostsHere();

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_SLOT_COSTS_H_
