// Nothing at inference; in training, the gradient that passes is rounded to a grid: see
// train/operators/quantize_gradient_operator.cc. ONNX files have an Identity in its place.
#include "op/elementwise.h"

namespace dc::op {
namespace {

[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  return channel[0];
}

constexpr InputSpec kInputs[] = {{"x"}};
[[maybe_unused]] constexpr OnnxOnly kTrainingOnly[] = {
    {"rule"}, {"bits"}, {"scale"}, {"stochastic"}};

}  // namespace

const Operator kQuantizeGradient = {.name = "QuantizeGradient",
                                    .opset = 1,
                                    .inputs = kInputs,
                                    .onnx_only = DC_NOT_FOR_SIZE(kTrainingOnly),
                                    .traits = kElementwise | kRenames | kReshapes | kKeepsScale,
                                    .infer = SameShape,
                                    .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
