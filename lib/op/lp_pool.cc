#include "op/pool.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  if (context.attributes.Int("p") < 1) return BadAttribute("p", "at least 1");
  return PooledShape(context, outputs);
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {
    RequiredInts("kernel_shape"), Ints("strides"),   Ints("pads"),
    Int("ceil_mode", 0),          Ints("dilations"), Int("p", 2)};
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {
    {.name = "auto_pad", .fixed = true, .text = "NOTSET"}};

}  // namespace

const Operator kLpPool = {.name = "LpPool",
                          .id = Id::kLpPool,
                          .opset = 11,
                          .inputs = DC_NOT_FOR_SIZE(kInputs),
                          .attributes = kAttributes,
                          .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
                          .traits = kPools,
                          .infer = Infer};

}  // namespace dc::op
