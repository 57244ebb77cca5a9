// The attribute lists of the operators of a .dcz: one table that the encoder (ONNX -> manifest),
// the decoder (manifest -> ONNX), the runtime and the specification share.
#ifndef DC_FORMAT_OPS_H_
#define DC_FORMAT_OPS_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "format/manifest.h"

namespace dc::format {

enum class AttributeType : uint8_t {
  kInt,    // one entry of Node::ints
  kInts,   // its length, then that many entries of Node::ints
  kFloat,  // one entry of Node::floats
};

struct AttributeSpec {
  std::string_view name;  // ONNX's name
  AttributeType type;
  int64_t int_default;  // kInt: ONNX's default; kInts: an empty list always means "ONNX's default"
  float float_default;
};

struct OpSpec {
  Op op;
  std::string_view name;  // ONNX's name
  uint32_t min_inputs, max_inputs;
  std::span<const AttributeSpec> attributes;
};

// Every operator, ordered by number. Constant inputs that shape the computation (Reshape's shape,
// Clip's bounds) become attributes named after the input.
std::span<const OpSpec> AllOps();
const OpSpec* FindOp(Op op);
const OpSpec* FindOp(std::string_view onnx_name);

// The attributes of one node by name, read through its OpSpec.
class Attributes {
 public:
  // `node.op` must be known. ok() is false where the lists do not have the lengths the spec needs.
  explicit Attributes(const Node& node);
  bool ok() const { return ok_; }
  // The attribute `name`; 0 or empty where the operator has none of that name and type, or !ok().
  int64_t Int(std::string_view name) const;
  float Float(std::string_view name) const;
  std::span<const int64_t> Ints(std::string_view name) const;

 private:
  const Node& node_;
  const OpSpec* spec_;
  bool ok_ = false;
};

}  // namespace dc::format

#endif  // DC_FORMAT_OPS_H_
