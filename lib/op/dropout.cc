#include "op/elementwise.h"

namespace dc::op {
namespace {

[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  return channel[0];
}

constexpr InputSpec kInputs[] = {
    {"x"}, {"ratio", Role::kSetting}, {"training_mode", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {Float("ratio", 0.5f), Int("training_mode", 0)};
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {{"seed"}};

}  // namespace

const Operator kDropout = {.name = "Dropout",
                           .opset = 12,
                           .inputs = kInputs,
                           .attributes = kAttributes,
                           .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
                           .traits = kElementwise | kRenames | kDrops | kKeepsScale,
                           .infer = SameShape,
                           .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
