#include "op/pool.h"

namespace dc::op {
namespace {

[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  return channel[0];
}

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {RequiredInts("kernel_shape"), Ints("strides"),
                                         Ints("pads"), Int("ceil_mode", 0), Ints("dilations")};
// storage_order orders the second output, which no kernel writes.
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {
    {.name = "auto_pad", .fixed = true, .text = "NOTSET"}, {"storage_order"}};

}  // namespace

const Operator kMaxPool = {.name = "MaxPool",
                           .id = Id::kMaxPool,
                           .opset = 12,
                           .inputs = kInputs,
                           .attributes = kAttributes,
                           .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
                           .traits = kPools | kKeepsScale,
                           .infer = PooledShape,
                           .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
