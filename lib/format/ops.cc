#include "format/ops.h"

#include <algorithm>
#include <cfloat>

namespace dc::format {
namespace {

constexpr AttributeSpec Int(std::string_view name, int64_t otherwise) {
  return {name, AttributeType::kInt, otherwise, 0.0f};
}
constexpr AttributeSpec Ints(std::string_view name) {
  return {name, AttributeType::kInts, 0, 0.0f};
}
constexpr AttributeSpec Float(std::string_view name, float otherwise) {
  return {name, AttributeType::kFloat, 0, otherwise};
}

// Attributes that often differ from their default come first: the rest is left out of the file.
// Conv has no kernel_shape: it is the weight's.
constexpr AttributeSpec kConv[] = {Ints("pads"), Ints("strides"), Int("group", 1),
                                   Ints("dilations")};
constexpr AttributeSpec kGemm[] = {Int("transB", 0), Int("transA", 0), Float("alpha", 1.0f),
                                   Float("beta", 1.0f)};
constexpr AttributeSpec kClip[] = {Float("min", -FLT_MAX), Float("max", FLT_MAX)};
constexpr AttributeSpec kSoftmax[] = {Int("axis", -1)};
constexpr AttributeSpec kMaxPool[] = {Ints("kernel_shape"), Ints("strides"), Ints("pads"),
                                      Int("ceil_mode", 0), Ints("dilations")};
constexpr AttributeSpec kAveragePool[] = {Ints("kernel_shape"), Ints("strides"), Ints("pads"),
                                          Int("ceil_mode", 0), Int("count_include_pad", 0)};
constexpr AttributeSpec kBatchNormalization[] = {Float("epsilon", 1e-5f)};
constexpr AttributeSpec kFlatten[] = {Int("axis", 1)};
constexpr AttributeSpec kReshape[] = {Ints("shape"), Int("allowzero", 0)};
constexpr AttributeSpec kTranspose[] = {Ints("perm")};
constexpr AttributeSpec kConcat[] = {Int("axis", 1)};
constexpr AttributeSpec kLrn[] = {Int("size", 1), Float("alpha", 1e-4f), Float("beta", 0.75f),
                                  Float("bias", 1.0f)};
constexpr AttributeSpec kLeakyRelu[] = {Float("alpha", 0.01f)};

constexpr OpSpec kOps[] = {
    {Op::kConv, "Conv", 2, 3, kConv},
    {Op::kGemm, "Gemm", 2, 3, kGemm},
    {Op::kMatMul, "MatMul", 2, 2, {}},
    {Op::kAdd, "Add", 2, 2, {}},
    {Op::kMul, "Mul", 2, 2, {}},
    {Op::kSub, "Sub", 2, 2, {}},
    {Op::kRelu, "Relu", 1, 1, {}},
    {Op::kSigmoid, "Sigmoid", 1, 1, {}},
    {Op::kTanh, "Tanh", 1, 1, {}},
    {Op::kClip, "Clip", 1, 1, kClip},
    {Op::kSoftmax, "Softmax", 1, 1, kSoftmax},
    {Op::kMaxPool, "MaxPool", 1, 1, kMaxPool},
    {Op::kAveragePool, "AveragePool", 1, 1, kAveragePool},
    {Op::kGlobalAveragePool, "GlobalAveragePool", 1, 1, {}},
    {Op::kBatchNormalization, "BatchNormalization", 5, 5, kBatchNormalization},
    {Op::kFlatten, "Flatten", 1, 1, kFlatten},
    {Op::kReshape, "Reshape", 1, 1, kReshape},
    {Op::kTranspose, "Transpose", 1, 1, kTranspose},
    {Op::kConcat, "Concat", 1, 65535, kConcat},
    {Op::kLrn, "LRN", 1, 1, kLrn},
    {Op::kLeakyRelu, "LeakyRelu", 1, 1, kLeakyRelu},
};

// Where an attribute starts in the node's ints or floats, and how many values it has there.
struct Place {
  const AttributeSpec* spec = nullptr;
  size_t start = 0, length = 0;
};

// Walks the node's lists along its spec until `visit` returns false. Returns false where a list is
// too short.
template <typename Visit>
bool Walk(const Node& node, const OpSpec& spec, size_t* int_end, size_t* float_end, Visit visit) {
  size_t ints = 0, floats = 0;
  for (const AttributeSpec& attribute : spec.attributes) {
    Place place{&attribute, ints, 1};
    if (attribute.type == AttributeType::kFloat) {
      if (floats >= node.floats.size()) return false;
      place.start = floats++;
    } else {
      if (ints >= node.ints.size()) return false;
      if (attribute.type == AttributeType::kInts) {
        const int64_t length = node.ints[ints];
        if (length < 0 || static_cast<uint64_t>(length) > node.ints.size() - ints - 1) return false;
        place.start = ints + 1;
        place.length = static_cast<size_t>(length);
      }
      ints = place.start + place.length;
    }
    if (!visit(place)) break;
  }
  *int_end = ints;
  *float_end = floats;
  return true;
}

Place Find(const Node& node, const OpSpec& spec, std::string_view name, AttributeType type) {
  Place found;
  size_t int_end, float_end;
  Walk(node, spec, &int_end, &float_end, [&](const Place& place) {
    if (place.spec->name == name && place.spec->type == type) found = place;
    return found.spec == nullptr;
  });
  return found;
}

}  // namespace

std::span<const OpSpec> AllOps() { return kOps; }

const OpSpec* FindOp(Op op) {
  const auto* it = std::find_if(std::begin(kOps), std::end(kOps),
                                [&](const OpSpec& spec) { return spec.op == op; });
  return it == std::end(kOps) ? nullptr : it;
}

const OpSpec* FindOp(std::string_view onnx_name) {
  const auto* it = std::find_if(std::begin(kOps), std::end(kOps),
                                [&](const OpSpec& spec) { return spec.name == onnx_name; });
  return it == std::end(kOps) ? nullptr : it;
}

Attributes::Attributes(const Node& node) : node_(node), spec_(FindOp(node.op)) {
  size_t int_end = 0, float_end = 0;
  ok_ = spec_ && Walk(node, *spec_, &int_end, &float_end, [](const Place&) { return true; }) &&
        int_end == node.ints.size() && float_end == node.floats.size();
}

int64_t Attributes::Int(std::string_view name) const {
  const Place place = ok_ ? Find(node_, *spec_, name, AttributeType::kInt) : Place{};
  return place.spec ? node_.ints[place.start] : 0;
}

float Attributes::Float(std::string_view name) const {
  const Place place = ok_ ? Find(node_, *spec_, name, AttributeType::kFloat) : Place{};
  return place.spec ? node_.floats[place.start] : 0.0f;
}

std::span<const int64_t> Attributes::Ints(std::string_view name) const {
  const Place place = ok_ ? Find(node_, *spec_, name, AttributeType::kInts) : Place{};
  if (!place.spec) return {};
  return std::span(node_.ints).subspan(place.start, place.length);
}

}  // namespace dc::format
