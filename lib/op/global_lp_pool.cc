#include "op/pool.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  if (context.attributes.Int("p") < 1) return BadAttribute("p", "at least 1");
  return GlobalPooledShape(context, outputs);
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {Int("p", 2)};

}  // namespace

const Operator kGlobalLpPool = {.name = "GlobalLpPool",
                                .id = Id::kGlobalLpPool,
                                .opset = 2,
                                .inputs = DC_NOT_FOR_SIZE(kInputs),
                                .attributes = kAttributes,
                                .traits = kPools,
                                .infer = Infer};

}  // namespace dc::op
