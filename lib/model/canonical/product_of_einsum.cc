// Einsums of two operands that are products of matrices, as those of attention are.
#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// A label for each dimension of the operands and of the output.
struct Equation {
  std::string a, b, y;
};

bool Has(const std::string& labels, char label) { return labels.find(label) != std::string::npos; }

// Distinct letters, which an ellipsis is not.
bool AreLabels(std::string labels) {
  std::sort(labels.begin(), labels.end());
  return std::adjacent_find(labels.begin(), labels.end()) == labels.end() &&
         std::all_of(labels.begin(), labels.end(), [](unsigned char c) { return std::isalpha(c); });
}

// That of two operands with the output said.
std::optional<Equation> ReadEquation(std::string text) {
  std::erase(text, ' ');
  const size_t comma = text.find(','), arrow = text.find("->");
  if (comma == std::string::npos || arrow == std::string::npos || comma > arrow) {
    return std::nullopt;
  }
  Equation equation{text.substr(0, comma), text.substr(comma + 1, arrow - comma - 1),
                    text.substr(arrow + 2)};
  const bool fits = AreLabels(equation.a) && AreLabels(equation.b) && AreLabels(equation.y);
  return fits ? std::optional(equation) : std::nullopt;
}

// `labels` of which `keep` is true, in their order.
template <typename Keep>
std::string Those(const std::string& labels, const Keep& keep) {
  std::string result;
  std::copy_if(labels.begin(), labels.end(), std::back_inserter(result), keep);
  return result;
}

// Adds a Transpose of `value` from the order `from` of its labels to `to`, unless they are the
// same, and returns what it writes: `output`, where it is said.
std::string Ordered(const std::string& value, const std::string& from, const std::string& to,
                    const std::string& output, std::vector<Node>* nodes) {
  if (from == to) return value;
  std::vector<int64_t> perm;
  for (const char label : to) perm.push_back(static_cast<int64_t>(from.find(label)));
  nodes->push_back(TransposeNode(value, output, std::move(perm)));
  return output;
}

}  // namespace

void ProductOfEinsum(std::vector<Node>* nodes, Graph* graph) {
  const Node& node = nodes->front();
  if (node.op != "Einsum" || !node.domain.empty() || node.inputs.size() != 2) return;
  const auto read = ReadEquation(node.String("equation", ""));
  if (!read) return;
  const auto& [a, b, y] = *read;
  const std::string batch = Those(a, [&](char c) { return Has(b, c) && Has(y, c); });
  const std::string sums = Those(a, [&](char c) { return Has(b, c) && !Has(y, c); });
  const std::string left = Those(a, [&](char c) { return !Has(b, c) && Has(y, c); });
  const std::string right = Those(b, [&](char c) { return !Has(a, c) && Has(y, c); });
  // Each label of an operand has a part, each of the output comes from one.
  const bool complete = batch.size() + sums.size() + left.size() == a.size() &&
                        batch.size() + sums.size() + right.size() == b.size() &&
                        batch.size() + left.size() + right.size() == y.size();
  const bool one_left = left.size() == 1 || (!left.empty() && batch.empty());
  if (!complete || sums.size() != 1 || right.size() != 1 || !one_left) return;
  const std::string output = node.outputs[0];
  const auto name = [&](const char* what) { return graph->FreshName(output + what); };
  std::vector<Node> parts;
  Node product;
  product.op = op::kMatMul.name;
  product.inputs = {Ordered(node.inputs[0], a, batch + left + sums, name("_left"), &parts),
                    Ordered(node.inputs[1], b, batch + sums + right, name("_right"), &parts)};
  const std::string made = batch + left + right;
  product.outputs = {made == y ? output : name("_product")};
  product.name = product.outputs[0];
  const std::string value = product.outputs[0];
  parts.push_back(std::move(product));
  Ordered(value, made, y, output, &parts);
  *nodes = std::move(parts);
}

}  // namespace dc
