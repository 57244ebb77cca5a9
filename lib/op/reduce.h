// Which axes a reduction takes together.
#ifndef DC_OP_REDUCE_H_
#define DC_OP_REDUCE_H_

#include <vector>

#include "op/operator.h"

namespace dc::op {

// For each of `rank` dimensions, whether the reduction with these attributes takes it together; all
// where no axes are listed, unless that is to do nothing. An empty vector where an axis is none.
std::vector<bool> ReducedAxes(const Attributes& attributes, size_t rank);

}  // namespace dc::op

#endif  // DC_OP_REDUCE_H_
