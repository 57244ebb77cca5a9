#include "op/pool.h"

namespace dc::op {
namespace {

double OnConstantChannel(const Attributes&, std::span<const double> channel) { return channel[0]; }

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {RequiredInts("kernel_shape"), Ints("strides"),
                                         Ints("pads"), Int("ceil_mode", 0), Ints("dilations")};
// storage_order orders the second output, which no kernel writes.
constexpr OnnxOnly kOnnxOnly[] = {{.name = "auto_pad", .fixed = true, .text = "NOTSET"},
                                  {"storage_order"}};

}  // namespace

const Operator kMaxPool = {.name = "MaxPool",
                           .id = Id::kMaxPool,
                           .opset = 12,
                           .inputs = kInputs,
                           .attributes = kAttributes,
                           .onnx_only = kOnnxOnly,
                           .traits = kPools | kKeepsScale,
                           .infer = PooledShape,
                           .on_constant = OnConstantChannel};

}  // namespace dc::op
