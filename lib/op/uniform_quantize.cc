// A quantizer of values: the nearest number of a uniform grid. ONNX says it by several operators
// (QuantizeLinear and DequantizeLinear, ...): see model/dialects/.
#include "op/elementwise.h"
#include "op/grid_functions.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Attributes& attributes = context.attributes;
  const int64_t rounding = attributes.Int("rounding");
  if (rounding < 0 || rounding > static_cast<int64_t>(Rounding::kDown)) {
    return BadAttribute("rounding", "a rule for rounding");
  }
  // What floats can be rounded to: see RoundHalfEven.
  constexpr int64_t kMost = int64_t{1} << 22;
  const int64_t low = attributes.Int("low"), high = attributes.Int("high");
  if (low < -kMost || high > kMost || low > high) {
    return BadAttribute("high", "at least low, both up to 2^22");
  }
  return BroadcastOnFirst(context, outputs);
}

// channel: x, scale.
[[maybe_unused]] double OnConstantChannel(const Attributes& attributes,
                                          std::span<const double> channel) {
  return ReadUniformGrid(attributes)(static_cast<float>(channel[0]),
                                     static_cast<float>(channel[1]));
}

[[maybe_unused]] constexpr std::string_view kRoundings[] = {
    "half_even", "half_up", "half_down", "floor", "ceil", "up", "down"};
constexpr InputSpec kInputs[] = {{"x"}, {"scale"}};
constexpr AttributeSpec kAttributes[] = {
    Int("low", -128), Int("high", 127), Word("rounding", DC_NOT_FOR_SIZE(std::span(kRoundings)), 0),
    Float("offset", 0.0f)};
// How training passes the gradient: model/quantizer_training.h.
[[maybe_unused]] constexpr OnnxOnly kTrainingOnly[] = {
    {"pass_low"}, {"pass_high"}, {"stochastic"}, {"scale_rule"}, {"layer_loss"}};

}  // namespace

UniformGrid ReadUniformGrid(const Attributes& attributes) {
  return {static_cast<float>(attributes.Int("low")), static_cast<float>(attributes.Int("high")),
          attributes.Float("offset"), static_cast<Rounding>(attributes.Int("rounding"))};
}

const Operator kUniformQuantize = {.name = "UniformQuantize",
                                   .id = Id::kUniformQuantize,
                                   .opset = 13,
                                   .inputs = kInputs,
                                   .min_inputs = 2,
                                   .max_inputs = 2,
                                   .attributes = kAttributes,
                                   .onnx_only = DC_NOT_FOR_SIZE(kTrainingOnly),
                                   .traits = kQuantizes | kKeepsScale,
                                   .infer = Infer,
                                   .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
