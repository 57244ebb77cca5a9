// Batch normalizations that batch_norm_op.cc has no kernel for.
#ifndef DC_RUNTIME_OPERATORS_COMPUTED_BATCH_NORM_OP_H_
#define DC_RUNTIME_OPERATORS_COMPUTED_BATCH_NORM_OP_H_

#include "runtime/operators/registry.h"

namespace dc::runtime {

// A BatchNormalization whose scale, bias, mean or variance is computed.
[[gnu::cold]] MakeOperatorKernel MakeComputedBatchNorm;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_COMPUTED_BATCH_NORM_OP_H_
