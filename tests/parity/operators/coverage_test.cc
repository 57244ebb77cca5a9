// The table of cases has every operator, and every attribute of its record at several values.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "base/number_text.h"
#include "model/canonical/canonical.h"
#include "model/node_attributes.h"
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

// The value of an attribute as text; that of one that is left out is the record's default.
std::string ValueText(const NodeAttributes& attributes, const op::AttributeSpec& spec) {
  switch (spec.type) {
    case op::AttributeType::kInt:
      return std::to_string(attributes.Int(spec.name));
    case op::AttributeType::kFloat:
      return NumberText(attributes.Float(spec.name));
    case op::AttributeType::kInts:
    case op::AttributeType::kFloats:
      break;
  }
  std::string text;
  for (const float value : attributes.Floats(spec.name)) text += NumberText(value) + " ";
  for (const int64_t value : attributes.Ints(spec.name)) text += std::to_string(value) + " ";
  return text;
}

std::string DefaultText(const op::AttributeSpec& spec) {
  switch (spec.type) {
    case op::AttributeType::kInt:
      return std::to_string(spec.int_default);
    case op::AttributeType::kFloat:
      return NumberText(spec.float_default);
    case op::AttributeType::kInts:
    case op::AttributeType::kFloats:
      break;
  }
  return "";
}

TEST(OperatorCases, HaveEveryOperatorAndAttribute) {
  // By operator and attribute: the values that occur.
  std::map<std::string, std::map<std::string, std::set<std::string>>> found;
  for (const OperatorCase& row : AllCases()) {
    Graph graph = CaseGraph(row);
    EXPECT_TRUE(Canonicalize(&graph).ok());
    for (const Node& node : graph.nodes) {
      const op::Operator* record = OperatorOf(node);
      // What is refused may keep operators that no engine has.
      if (record == nullptr && !row.executed) continue;
      ASSERT_NE(record, nullptr) << row.name << ": " << node.op;
      auto& values = found[node.op];
      const auto attributes = NodeAttributes::Read(graph, node, *record);
      if (!attributes.ok()) continue;
      for (const op::AttributeSpec& spec : record->attributes) {
        values[std::string(spec.name)].insert(ValueText(*attributes, spec));
      }
    }
  }
  for (const op::Operator* record : op::AllOperators()) {
    const std::string name(record->name);
    EXPECT_TRUE(found.count(name)) << name << " has no row in tests/parity/operators";
    for (const op::AttributeSpec& spec : record->attributes) {
      const std::set<std::string>& values = found[name][std::string(spec.name)];
      const std::string what = name + "." + std::string(spec.name);
      EXPECT_GE(values.size(), 2u) << what << " needs rows of at least two values";
      if (!spec.required) {
        EXPECT_TRUE(values.count(DefaultText(spec))) << what << " needs a row of its default";
      }
    }
  }
}

TEST(OperatorCases, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const OperatorCase& row : AllCases()) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

}  // namespace
}  // namespace dc
