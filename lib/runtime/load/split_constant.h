// Parts of a constant that holds several matrices.
#ifndef DC_RUNTIME_LOAD_SPLIT_CONSTANT_H_
#define DC_RUNTIME_LOAD_SPLIT_CONSTANT_H_

#include <cstddef>
#include <vector>

#include "runtime/load/constant.h"

namespace dc::runtime {

// The `count` matrices of `rows` x `columns` that follow each other in `constant`, in its form and
// with its codebook; their shape is {rows, columns}. Precondition: it has so many elements.
std::vector<Constant> SplitConstant(Constant constant, size_t count, int64_t rows, int64_t columns);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_LOAD_SPLIT_CONSTANT_H_
