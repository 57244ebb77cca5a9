// The table of a .dcz's operators, apart from that of all: the runtime links only these records.

#include <algorithm>

#include "op/operator.h"

namespace dc::op {
namespace {

constexpr const Operator* kFileOperators[] = {
#define DC_FILE_OPERATOR(number, name) &k##name,
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"
};

}  // namespace

std::span<const Operator* const> FileOperators() { return kFileOperators; }

// Numbers count from 1 without a gap.
const Operator* FindOperator(Id id) {
  const size_t index = static_cast<size_t>(id) - 1;
  return index < std::size(kFileOperators) ? kFileOperators[index] : nullptr;
}

const AttributeSpec* Operator::Attribute(std::string_view attribute_name) const {
  const auto it = std::find_if(attributes.begin(), attributes.end(), [&](const auto& attribute) {
    return attribute.name == attribute_name;
  });
  return it == attributes.end() ? nullptr : &*it;
}

}  // namespace dc::op
