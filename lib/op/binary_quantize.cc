// A quantizer of values: `scale` where x is at least 0, else -scale. ONNX says it as
// Where(GreaterOrEqual(x, 0), scale, -scale), QONNX as BipolarQuant: see model/dialects/.
#include "op/elementwise.h"
#include "op/grid_functions.h"

namespace dc::op {
namespace {

// channel: x, scale.
[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  return BinaryValue(static_cast<float>(channel[0]), static_cast<float>(channel[1]));
}

constexpr InputSpec kInputs[] = {{"x"}, {"scale"}};
// How training passes the gradient: model/quantizer_training.h.
[[maybe_unused]] constexpr OnnxOnly kTrainingOnly[] = {{"pass_low"}, {"pass_high"}, {"layer_loss"}};

}  // namespace

const Operator kBinaryQuantize = {.name = "BinaryQuantize",
                                  .id = Id::kBinaryQuantize,
                                  .opset = 13,
                                  .inputs = kInputs,
                                  .min_inputs = 2,
                                  .max_inputs = 2,
                                  .onnx_only = DC_NOT_FOR_SIZE(kTrainingOnly),
                                  .traits = kQuantizes | kKeepsScale,
                                  .infer = BroadcastOnFirst,
                                  .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
