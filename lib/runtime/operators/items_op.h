// A kernel for one item, run for several.
#ifndef DC_RUNTIME_OPERATORS_ITEMS_OP_H_
#define DC_RUNTIME_OPERATORS_ITEMS_OP_H_

#include <cstddef>
#include <memory>

#include "runtime/operators/operator_kernel.h"

namespace dc::runtime {

// Runs `kernel` on each of `items` equal parts, one after the other, of activation 0, `in_size`
// values of a sample each, and of the output, `out_size` each. Other inputs are the same for all.
std::unique_ptr<OperatorKernel> MakeItems(std::unique_ptr<OperatorKernel> kernel, size_t items,
                                          size_t in_size, size_t out_size);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_ITEMS_OP_H_
