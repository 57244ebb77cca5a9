// What element-wise operators share.
#ifndef DC_OP_ELEMENTWISE_H_
#define DC_OP_ELEMENTWISE_H_

#include "op/operator.h"

namespace dc::op {

// The output has the shape of input 0.
InferShapes SameShape;

// The output of two operands, with multidirectional broadcasting.
InferShapes BroadcastShape;

// The output of input 0 and others that broadcast to its shape.
InferShapes BroadcastOnFirst;

// The shape that `a` and `b` broadcast to; false where they do not. The batch broadcasts with 1.
bool Broadcast(std::span<const int64_t> a, std::span<const int64_t> b, Shape* result);

}  // namespace dc::op

#endif  // DC_OP_ELEMENTWISE_H_
