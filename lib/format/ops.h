// The attributes of a manifest's nodes, as the records of op/ list them.
#ifndef DC_FORMAT_OPS_H_
#define DC_FORMAT_OPS_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "format/manifest.h"
#include "op/operator.h"

namespace dc::format {

using OpSpec = op::Operator;
using op::AttributeSpec;
using op::AttributeType;

inline const OpSpec* FindOp(Op op) { return op::FindOperator(op); }

// The attributes of one node by name, read through its operator's record: a kInt is one entry of
// Node::ints, a kInts its length and then so many entries, a kFloat one entry of Node::floats, a
// kFloats its length in Node::ints and so many entries of Node::floats.
class Attributes final : public op::Attributes {
 public:
  // `node.op` must be known. ok() is false where the lists do not have the lengths of the record.
  explicit Attributes(const Node& node);
  bool ok() const { return ok_; }
  // The attribute `name`; 0 or empty where the operator has none of that name and type, or !ok().
  int64_t Int(std::string_view name) const override;
  float Float(std::string_view name) const override;
  std::span<const int64_t> Ints(std::string_view name) const override;
  std::span<const float> Floats(std::string_view name) const override;

 private:
  const Node& node_;
  const OpSpec* spec_;
  bool ok_ = false;
};

}  // namespace dc::format

#endif  // DC_FORMAT_OPS_H_
