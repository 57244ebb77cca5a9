// Operators of two operands, or three, with multidirectional broadcasting. Add, Sub, Mul and Div,
// which other passes ask about, have files of their own.
#include "op/elementwise.h"

namespace dc::op {
namespace {

// That of integers with fmod = 0 is spelled with fmod = 1: model/canonical/spell_in_others.cc.
Status InferMod(const InferContext& context, std::vector<Shape>* outputs) {
  if (context.attributes.Int("fmod") == 0) {
    return Unsupported("a Mod of floats with fmod = 0", "",
                       "ONNX defines that of integers alone: export it with fmod = 1");
  }
  return BroadcastShape(context, outputs);
}

Status InferWhere(const InferContext& context, std::vector<Shape>* outputs) {
  Shape y = context.Input(0);
  for (size_t i = 1; i < 3; ++i) {
    const Shape before = y;
    if (!Broadcast(before, context.Input(i), &y)) {
      return BadShape(i, context.Input(i), "one that broadcasts with ", before);
    }
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

[[maybe_unused]] constexpr InputSpec kTwo[] = {{"a"}, {"b"}};
[[maybe_unused]] constexpr InputSpec kTruths[] = {{"a", Role::kOperand, Element::kBoolean},
                                                  {"b", Role::kOperand, Element::kBoolean}};
[[maybe_unused]] constexpr InputSpec kWhereInputs[] = {
    {"condition", Role::kOperand, Element::kBoolean}, {"x"}, {"y"}};
[[maybe_unused]] constexpr InputSpec kPReluInputs[] = {{"x"}, {"slope", Role::kScale}};
constexpr AttributeSpec kModAttributes[] = {Int("fmod", 0)};

constexpr Operator Binary(std::string_view name, Id id, int opset, uint32_t traits = kWhole) {
  return {.name = name,
          .id = id,
          .opset = opset,
          .inputs = DC_NOT_FOR_SIZE(kTwo),
          .min_inputs = 2,
          .max_inputs = 2,
          .traits = traits,
          .infer = BroadcastShape};
}

constexpr Operator Comparison(std::string_view name, Id id, int opset) {
  Operator record = Binary(name, id, opset);
  record.result = Element::kBoolean;
  return record;
}

constexpr Operator Logic(std::string_view name, Id id) {
  Operator record = Comparison(name, id, 7);
  record.inputs = DC_NOT_FOR_SIZE(kTruths);
  return record;
}

}  // namespace

const Operator kPow = Binary("Pow", Id::kPow, 7, 0);
// ONNX has them of any number of inputs; see model/canonical/spell_in_others.cc.
const Operator kMax = Binary("Max", Id::kMax, 8);
const Operator kMin = Binary("Min", Id::kMin, 8);
const Operator kEqual = Comparison("Equal", Id::kEqual, 7);
const Operator kGreater = Comparison("Greater", Id::kGreater, 7);
const Operator kGreaterOrEqual = Comparison("GreaterOrEqual", Id::kGreaterOrEqual, 12);
const Operator kAnd = Logic("And", Id::kAnd);
const Operator kOr = Logic("Or", Id::kOr);

const Operator kMod = {.name = "Mod",
                       .id = Id::kMod,
                       .opset = 10,
                       .inputs = DC_NOT_FOR_SIZE(kTwo),
                       .min_inputs = 2,
                       .max_inputs = 2,
                       .attributes = kModAttributes,
                       .traits = kWhole,
                       .infer = InferMod};

// x, or x * slope where x is negative
const Operator kPRelu = {.name = "PRelu",
                         .id = Id::kPRelu,
                         .opset = 7,
                         .inputs = DC_NOT_FOR_SIZE(kPReluInputs),
                         .min_inputs = 2,
                         .max_inputs = 2,
                         .traits = kRectifies,
                         .infer = BroadcastOnFirst};

const Operator kWhere = {.name = "Where",
                         .id = Id::kWhere,
                         .opset = 9,
                         .inputs = DC_NOT_FOR_SIZE(kWhereInputs),
                         .min_inputs = 3,
                         .max_inputs = 3,
                         .traits = kWhole,
                         .infer = InferWhere};

}  // namespace dc::op
