// What an operator is: one record each, in op/NAME.cc, all of them named by op/ops.inc.
//
// A record describes the operator as ONNX does, in the one spelling that model/canonical/ brings
// every model to. Records know shapes and attributes only. Training and runtime have kernels of
// their own for it and ask its record for everything else.
#ifndef DC_OP_OPERATOR_H_
#define DC_OP_OPERATOR_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "dc/status.h"
#include "op/attributes.h"
#include "op/element_map.h"
#include "op/shape.h"

namespace dc::op {

// Operators of a .dcz by their number, which is part of the format. kNone: not in a .dcz.
enum class Id : uint8_t {
  kNone = 0,
#define DC_FILE_OPERATOR(number, name) k##name = number,
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"
};

// The runtime, built for size, goes without what only other parts of the toolchain ask.
#ifdef DC_FOR_SIZE
#define DC_NOT_FOR_SIZE(value) \
  {}
// Takes any value and keeps nothing of it.
struct NotKept {
  constexpr NotKept() = default;
  constexpr NotKept(const auto&) {}  // NOLINT: implicit, as what it replaces is
};
template <typename T>
using NotForSize = NotKept;
#else
#define DC_NOT_FOR_SIZE(value) value
template <typename T>
using NotForSize = T;
#endif

// What an input is to the operator.
enum class Role : uint8_t {
  kOperand,    // a computed value; a constant in its place is a fixed number of the formula
  kWeight,     // trained, pruned, quantized
  kBias,       // trained: added to every output channel
  kScale,      // trained: multiplies every channel
  kStatistic,  // follows the batches: running mean and variance
  kSetting,    // a constant that shapes the computation: in a .dcz the attribute of its name
};

// Element types as far as operators tell them apart. In a .dcz and its runtime all values are
// float32, whole numbers and truth values (0 and 1) among them.
enum class Element : uint8_t {
  kAny,      // float32 in general; the same at all inputs and outputs of a node that say so
  kInteger,  // int64
  kBoolean,  // bool
  kTarget,   // what the attribute `to` says
};

struct InputSpec {
  NotForSize<std::string_view> name;  // ONNX's, in lower case
  Role role = Role::kOperand;
  Element element = Element::kAny;
};

enum class AttributeType : uint8_t {
  kInt,
  kInts,  // an empty list stands for ONNX's default
  kFloat,
  kFloats,  // like kInts
};

struct AttributeSpec {
  std::string_view name;
  AttributeType type;
  int64_t int_default;
  float float_default;
  bool required = false;  // ONNX has no default: the one here is a .dcz's alone
  // kInt whose value is a word in ONNX: the value i stands for words[i].
  NotForSize<std::span<const std::string_view>> words = {};
};

constexpr AttributeSpec Int(std::string_view name, int64_t otherwise) {
  return {name, AttributeType::kInt, otherwise, 0.0f};
}
constexpr AttributeSpec RequiredInt(std::string_view name, int64_t otherwise) {
  return {name, AttributeType::kInt, otherwise, 0.0f, true};
}
constexpr AttributeSpec Ints(std::string_view name) {
  return {name, AttributeType::kInts, 0, 0.0f};
}
constexpr AttributeSpec RequiredInts(std::string_view name) {
  return {name, AttributeType::kInts, 0, 0.0f, true};
}
// One of `words`, words[otherwise] by default.
constexpr AttributeSpec Word(std::string_view name, std::span<const std::string_view> words,
                             int64_t otherwise) {
  return {name, AttributeType::kInt, otherwise, 0.0f, false, words};
}
constexpr AttributeSpec Floats(std::string_view name) {
  return {name, AttributeType::kFloats, 0, 0.0f};
}
constexpr AttributeSpec Float(std::string_view name, float otherwise) {
  return {name, AttributeType::kFloat, 0, otherwise};
}

// An attribute of the ONNX node that a .dcz does not have.
struct OnnxOnly {
  std::string_view name;
  // Where `fixed`, the operator is covered with this value alone (number or text).
  bool fixed = false;
  int64_t number = 0;
  std::string_view text = {};
};

// What passes ask of an operator.
enum Trait : uint32_t {
  kElementwise = 1,    // output element i depends on element i of input 0 alone
  kRenames = 2,        // at inference the output is input 0
  kReshapes = 4,       // the values of input 0, in order, in another shape
  kKeepsScale = 8,     // outputs are about as large as inputs (weights before it see through it)
  kRectifies = 16,     // about half of the inputs come out as (nearly) 0
  kDrops = 32,         // leaves values out at random in training
  kNormalizes = 64,    // exponentials over an axis: probabilities or their logarithms
  kSquashes = 128,     // a number to a probability
  kPools = 256,        // one value for each window of a channel
  kAdds = 512,         // the sum of its inputs
  kMultiplies = 1024,  // the product of its inputs
  kBlends = 2048,      // scale and shift of each channel, from statistics
  kConvolves = 4096,   // its weight is a convolution's
  kLimits = 8192,      // to [min, max], its attributes; to [0, ...] where it has none
  kOnceOverMatrices = 16384,  // before opset 13 over all axes from its own on, taken for one
  kRemembers = 32768,         // what it computes goes into its next step
  kProduct = 65536,           // a product of matrices
  kQuantizes = 131072,        // to a finite grid
  kWhole = 1 << 20,           // computes on integers what it computes on floats that hold them
};

// What the shapes of a node's outputs follow from.
struct InferContext {
  const Attributes& attributes;
  std::span<const Shape* const> inputs;  // null where omitted
  int64_t declared_batch = -1;           // of the graph's inputs, where they fix it

  const Shape& Input(size_t i) const { return *inputs[i]; }
  bool Has(size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }
};

// Shapes of the outputs. Refuses what is wrong in every engine; errors leave out the node.
using InferShapes = Status(const InferContext& context, std::vector<Shape>* outputs);

// A channel of the output where the channel of input 0 is the constant channel[0] and its entries
// in inputs 1, 2, ... are channel[1], channel[2], ...; NaN where that is no constant.
using OnConstant = double(const Attributes& attributes, std::span<const double> channel);

// The axis of the weight at `input`, of `rank` dimensions, that counts the outputs: those of one
// group, where it is not axis 0 and the operator has groups; of one matrix, where there are
// several.
using OutputAxis = size_t(const Attributes& attributes, size_t input, size_t rank);

struct Operator {
  static constexpr uint32_t kAnyNumber = 65535;  // of inputs

  std::string_view name;  // ONNX's
  Id id = Id::kNone;
  int opset = 13;  // of ONNX: whose definition this is
  // Settings last; the last one repeats where max_inputs is more.
  std::span<const InputSpec> inputs;
  uint32_t min_inputs = 1, max_inputs = 1;    // settings not counted
  std::span<const AttributeSpec> attributes;  // in the order of a .dcz, settings among them
  NotForSize<std::span<const OnnxOnly>> onnx_only = {};
  uint32_t traits = 0;
  InferShapes* infer = nullptr;
  NotForSize<OnConstant*> on_constant = nullptr;  // null: channels do not stay apart
  OutputAxis* output_axis = nullptr;              // null: it has no weight
  NotForSize<Element> result = Element::kAny;     // of the outputs
  MapElements* map = nullptr;                     // of what only moves values

  bool Has(Trait trait) const { return (traits & trait) != 0; }
  // What input `i` is.
  const InputSpec& Input(size_t i) const {
    return inputs[i < inputs.size() ? i : inputs.size() - 1];
  }
  // Whether input `i` may be left out: those of a list may not.
  bool MayOmit(size_t i) const { return i >= min_inputs && max_inputs != kAnyNumber; }
  // The attribute `name`, or null. Not in the runtime.
  const AttributeSpec* Attribute(std::string_view name) const;
};

#define DC_FILE_OPERATOR(number, name) extern const Operator k##name;
#define DC_GRAPH_OPERATOR(name) extern const Operator k##name;
#include "op/ops.inc"

// The operator of a .dcz with this number, or null: the format has none, or this build of the
// runtime leaves it out.
const Operator* FindOperator(Id id);
// The name in ops.inc of an operator that this build of the runtime leaves out; empty for others.
std::string_view LeftOut(Id id);

// All operators, in the order of ops.inc; those of a .dcz, by number; and the one with this ONNX
// name, or null. Not in the runtime.
std::span<const Operator* const> AllOperators();
std::span<const Operator* const> FileOperators();
const Operator* FindOperator(std::string_view onnx_name);

}  // namespace dc::op

#endif  // DC_OP_OPERATOR_H_
