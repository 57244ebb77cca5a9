#include "op/elementwise.h"

namespace dc::op {
namespace {

double OnConstantChannel(const Attributes&, std::span<const double> channel) { return channel[0]; }

constexpr InputSpec kInputs[] = {
    {"x"}, {"ratio", Role::kSetting}, {"training_mode", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {Float("ratio", 0.5f), Int("training_mode", 0)};
constexpr OnnxOnly kOnnxOnly[] = {{"seed"}};

}  // namespace

const Operator kDropout = {.name = "Dropout",
                           .opset = 12,
                           .inputs = kInputs,
                           .attributes = kAttributes,
                           .onnx_only = kOnnxOnly,
                           .traits = kElementwise | kRenames | kDrops | kKeepsScale,
                           .infer = SameShape,
                           .on_constant = OnConstantChannel};

}  // namespace dc::op
