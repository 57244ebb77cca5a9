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

// Numbers rise, with gaps.
const Operator* FindOperator(Id id) {
  const auto it = std::find_if(std::begin(kFileOperators), std::end(kFileOperators),
                               [&](const Operator* op) { return op->id == id; });
  return it == std::end(kFileOperators) ? nullptr : *it;
}

const AttributeSpec* Operator::Attribute(std::string_view attribute_name) const {
  const auto it = std::find_if(attributes.begin(), attributes.end(), [&](const auto& attribute) {
    return attribute.name == attribute_name;
  });
  return it == attributes.end() ? nullptr : &*it;
}

}  // namespace dc::op
