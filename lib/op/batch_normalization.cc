#include <cmath>

#include "op/elementwise.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  if (x.size() < 2) return BadShape(0, x, "NxC, NxCxHxW, ...");
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    if (context.Input(i).size() != 1 || context.Input(i)[0] != x[1]) {
      return BadShape(i, context.Input(i), "one value per channel of ", x);
    }
  }
  return SameShape(context, outputs);
}

// channel: x, scale, bias, mean, variance.
[[maybe_unused]] double OnConstantChannel(const Attributes& attributes,
                                          std::span<const double> channel) {
  const double deviation = std::sqrt(channel[4] + attributes.Float("epsilon"));
  return (channel[0] - channel[3]) / deviation * channel[1] + channel[2];
}

constexpr InputSpec kInputs[] = {{"x"},
                                 {"scale", Role::kScale},
                                 {"bias", Role::kBias},
                                 {"mean", Role::kStatistic},
                                 {"variance", Role::kStatistic}};
constexpr AttributeSpec kAttributes[] = {Float("epsilon", 1e-5f)};
// The momentum is training's alone, and so is what shift_based asks for
// (model/quantizer_training.h).
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {
    {"momentum"}, {"shift_based"}, {.name = "training_mode", .fixed = true}};

}  // namespace

const Operator kBatchNormalization = {.name = "BatchNormalization",
                                      .id = Id::kBatchNormalization,
                                      .opset = 9,
                                      .inputs = kInputs,
                                      .min_inputs = 5,
                                      .max_inputs = 5,
                                      .attributes = kAttributes,
                                      .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
                                      .traits = kBlends | kKeepsScale,
                                      .infer = Infer,
                                      .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
