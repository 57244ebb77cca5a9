#include "encode/lower_attributes.h"

#include <algorithm>

namespace dc {
namespace {

using op::AttributeSpec;
using op::AttributeType;

// What every entry of a list is where the list says nothing; -1: there is no such value.
int64_t NeutralEntry(const AttributeSpec& attribute) {
  if (attribute.required) return -1;
  if (attribute.name == "pads") return 0;
  return attribute.name == "strides" || attribute.name == "dilations" ? 1 : -1;
}

}  // namespace

void LowerAttributes(const op::Operator& record, const NodeAttributes& attributes,
                     format::Node* lowered) {
  for (const AttributeSpec& attribute : record.attributes) {
    if (attribute.type == AttributeType::kFloat) {
      lowered->floats.push_back(attributes.Float(attribute.name));
    } else if (attribute.type == AttributeType::kFloats) {
      const auto list = attributes.Floats(attribute.name);
      lowered->ints.push_back(static_cast<int64_t>(list.size()));
      lowered->floats.insert(lowered->floats.end(), list.begin(), list.end());
    } else if (attribute.type == AttributeType::kInt) {
      lowered->ints.push_back(attributes.Int(attribute.name));
    } else {
      auto list = attributes.Ints(attribute.name);
      const int64_t neutral = NeutralEntry(attribute);
      const bool says_nothing =
          neutral >= 0 &&
          std::all_of(list.begin(), list.end(), [&](int64_t v) { return v == neutral; });
      if (says_nothing) list = {};
      lowered->ints.push_back(static_cast<int64_t>(list.size()));
      lowered->ints.insert(lowered->ints.end(), list.begin(), list.end());
    }
  }
}

bool FreeBatch(const op::Operator& record, const op::Shape& input, const op::Shape& output,
               format::Node* lowered) {
  // The target shape is the first attribute: its length, then its dimensions.
  const bool has_target = record.Has(op::kReshapes) && !record.attributes.empty() &&
                          record.attributes[0].type == AttributeType::kInts &&
                          lowered->ints[0] == static_cast<int64_t>(output.size());
  if (!has_target || output.empty() || output[0] != op::kBatch || lowered->ints[1] != 1)
    return true;
  const auto target = lowered->ints.begin() + 1;
  const bool open = std::find(target, target + lowered->ints[0], -1) != target + lowered->ints[0];
  // 0 copies the batch from the input.
  if (open && (input.empty() || input[0] != op::kBatch || lowered->ints.back() != 0)) return false;
  *target = open ? 0 : -1;
  return true;
}

}  // namespace dc
