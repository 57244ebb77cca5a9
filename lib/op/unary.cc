// The records of unary.inc.
#include "op/elementwise.h"
#include "op/unary_functions.h"

namespace dc::op {
namespace {

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"}};
[[maybe_unused]] constexpr InputSpec kTruth[] = {{"x", Role::kOperand, Element::kBoolean}};

[[maybe_unused]] constexpr std::span<const InputSpec> InputsOf(Id id) {
  return id == Id::kNot ? std::span(kTruth) : std::span(kInputs);
}
[[maybe_unused]] constexpr Element ResultOf(Id id) {
  const bool truth = id == Id::kNot || id == Id::kIsNaN || id == Id::kIsInf;
  return truth ? Element::kBoolean : Element::kAny;
}

constexpr std::span<const AttributeSpec> kNoAttributes;
constexpr AttributeSpec kAlphaOfOne[] = {Float("alpha", 1.0f)};
constexpr AttributeSpec kSeluAttributes[] = {Float("alpha", 1.67326319217681884765625f),
                                             Float("gamma", 1.05070102214813232421875f)};
constexpr AttributeSpec kHardSigmoidAttributes[] = {Float("alpha", 0.2f), Float("beta", 0.5f)};
constexpr std::string_view kApproximations[] = {"none", "tanh"};
constexpr AttributeSpec kGeluAttributes[] = {Word("approximate", kApproximations, 0)};
constexpr AttributeSpec kShrinkAttributes[] = {Float("bias", 0.0f), Float("lambd", 0.5f)};
constexpr AttributeSpec kIsInfAttributes[] = {Int("detect_negative", 1), Int("detect_positive", 1)};

template <typename Function, const Operator& record>
[[maybe_unused]] double OnConstantChannel(const Attributes& attributes,
                                          std::span<const double> channel) {
  const UnarySettings settings = ReadUnarySettings(record, attributes);
  return Function::Value(channel[0], double{settings.p}, double{settings.q});
}

}  // namespace

UnarySettings ReadUnarySettings(const Operator& record, const Attributes& attributes) {
  const auto read = [&](size_t i) {
    if (i >= record.attributes.size()) return 0.0f;
    const AttributeSpec& spec = record.attributes[i];
    return spec.type == AttributeType::kInt ? static_cast<float>(attributes.Int(spec.name))
                                            : attributes.Float(spec.name);
  };
  return {read(0), read(1)};
}

#define DC_UNARY(onnx_name, since, more_traits, attribute_specs, cost)                     \
  const Operator k##onnx_name = {                                                          \
      .name = #onnx_name,                                                                  \
      .id = Id::k##onnx_name,                                                              \
      .opset = since,                                                                      \
      .inputs = DC_NOT_FOR_SIZE(InputsOf(Id::k##onnx_name)),                               \
      .attributes = attribute_specs,                                                       \
      .traits = kElementwise | more_traits,                                                \
      .infer = SameShape,                                                                  \
      .on_constant = DC_NOT_FOR_SIZE((OnConstantChannel<unary::onnx_name, k##onnx_name>)), \
      .result = DC_NOT_FOR_SIZE(ResultOf(Id::k##onnx_name))};
#include "op/unary.inc"

}  // namespace dc::op
