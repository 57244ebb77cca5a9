// The shape of a convolution, shared by its implementations.
#ifndef DC_TRAIN_OPERATORS_CONV_OPERATOR_H_
#define DC_TRAIN_OPERATORS_CONV_OPERATOR_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "op/window.h"
#include "train/build/node_builder.h"

namespace dc::train {

struct ConvShape {
  int64_t groups = 1;
  std::vector<op::WindowAxis> windows;  // one per spatial axis
  std::vector<int64_t> output;          // [batch, outputs, spatial axes]
};

// True where the batch-in-lanes convolution covers the shape.
bool FitsLanes(const ConvShape& conv, const Value& x);

// The batch-in-lanes convolution. `bias` may be null. Precondition: FitsLanes.
StatusOr<std::unique_ptr<OperatorKernel>> MakeLaneConv(NodeBuilder* builder, const ConvShape& conv,
                                                       const Value& x, const Parameter& weight,
                                                       const Parameter* bias);

// True where Winograd's method covers the shape.
bool FitsWinograd(const ConvShape& conv, const Value& x);

// The convolution by Winograd's method. `bias` may be null. Precondition: FitsWinograd.
StatusOr<std::unique_ptr<OperatorKernel>> MakeWinogradConv(NodeBuilder* builder,
                                                           const ConvShape& conv, const Value& x,
                                                           const Parameter& weight,
                                                           const Parameter* bias);

}  // namespace dc::train

#endif  // DC_TRAIN_OPERATORS_CONV_OPERATOR_H_
