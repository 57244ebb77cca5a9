// What pooling operators share.
#ifndef DC_OP_POOL_H_
#define DC_OP_POOL_H_

#include "op/operator.h"

namespace dc::op {

// Windows of kernel_shape over the spatial axes; of dilation 1 where the operator has none.
InferShapes PooledShape;

// One window over all spatial axes.
InferShapes GlobalPooledShape;

}  // namespace dc::op

#endif  // DC_OP_POOL_H_
