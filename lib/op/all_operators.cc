#include <algorithm>
#include <unordered_map>

#include "op/operator.h"

namespace dc::op {
namespace {

constexpr const Operator* kAllOperators[] = {
#define DC_FILE_OPERATOR(number, name) &k##name,
#define DC_GRAPH_OPERATOR(name) &k##name,
#include "op/ops.inc"
};

// They are the first ones of ops.inc.
constexpr size_t kFileOperators = 0
#define DC_FILE_OPERATOR(number, name) +1
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"
    ;

}  // namespace

std::span<const Operator* const> AllOperators() { return kAllOperators; }

std::span<const Operator* const> FileOperators() { return AllOperators().first(kFileOperators); }

const Operator* FindOperator(std::string_view onnx_name) {
  static const auto* const by_name = [] {
    auto* map = new std::unordered_map<std::string_view, const Operator*>;
    for (const Operator* op : kAllOperators) (*map)[op->name] = op;
    return map;
  }();
  const auto it = by_name->find(onnx_name);
  return it == by_name->end() ? nullptr : it->second;
}

const AttributeSpec* Operator::Attribute(std::string_view attribute_name) const {
  const auto it = std::find_if(attributes.begin(), attributes.end(), [&](const auto& attribute) {
    return attribute.name == attribute_name;
  });
  return it == attributes.end() ? nullptr : &*it;
}

}  // namespace dc::op
