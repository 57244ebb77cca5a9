// Einsums of two operands that are products of matrices, as those of attention are.
#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
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

// Adds the nodes that an Einsum becomes, and names what they write.
class ProductNodes {
 public:
  ProductNodes(std::string output, Graph* graph) : output_(std::move(output)), graph_(*graph) {}

  // `value` with its labels in the order `to` in place of `from`.
  std::string Order(const std::string& value, const std::string& from, const std::string& to) {
    if (from == to) return value;
    std::vector<int64_t> perm;
    for (const char label : to) perm.push_back(static_cast<int64_t>(from.find(label)));
    return Add(TransposeNode(value, Fresh(), std::move(perm)));
  }
  std::string Reshape(const std::string& value, std::vector<int64_t> shape) {
    return Add(ReshapeNode(value, Fresh(), std::move(shape), &graph_));
  }
  std::string Multiply(const std::string& a, const std::string& b) {
    Node product;
    product.op = op::kMatMul.name;
    product.inputs = {a, b};
    product.outputs = {Fresh()};
    product.name = product.outputs[0];
    return Add(std::move(product));
  }
  // The nodes, the last of which writes the Einsum's output.
  std::vector<Node> Take() {
    nodes_.back().outputs = {output_};
    nodes_.back().name = output_;
    return std::move(nodes_);
  }

 private:
  std::string Fresh() const {
    return graph_.FreshName(output_ + "_part" + std::to_string(nodes_.size()));
  }
  std::string Add(Node node) {
    nodes_.push_back(std::move(node));
    return nodes_.back().outputs[0];
  }

  const std::string output_;
  Graph& graph_;
  std::vector<Node> nodes_;
};

}  // namespace

void ProductOfEinsum(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph) {
  const Node& node = nodes->front();
  if (node.op != "Einsum" || !node.domain.empty() || node.inputs.size() != 2) return;
  const auto read = ReadEquation(node.String("equation", ""));
  const op::Shape *shape_a = shapes.Find(node.inputs[0]), *shape_b = shapes.Find(node.inputs[1]);
  if (!read || shape_a == nullptr || shape_b == nullptr) return;
  const std::string &a = read->a, &b = read->b, &y = read->y;
  if (shape_a->size() != a.size() || shape_b->size() != b.size()) return;
  const std::string batch = Those(a, [&](char c) { return Has(b, c) && Has(y, c); });
  const std::string sums = Those(a, [&](char c) { return Has(b, c) && !Has(y, c); });
  const std::string left = Those(a, [&](char c) { return !Has(b, c) && Has(y, c); });
  const std::string right = Those(b, [&](char c) { return !Has(a, c) && Has(y, c); });
  // Each label of an operand has a part, each of the output comes from one.
  const bool complete = batch.size() + sums.size() + left.size() == a.size() &&
                        batch.size() + sums.size() + right.size() == b.size() &&
                        batch.size() + left.size() + right.size() == y.size();
  if (!complete) return;

  std::map<char, int64_t> sizes;  // -1: the free batch
  for (size_t i = 0; i < a.size(); ++i) sizes[a[i]] = (*shape_a)[i];
  for (size_t i = 0; i < b.size(); ++i) sizes[b[i]] = (*shape_b)[i];
  // A Reshape has one open dimension.
  const auto is_open = [](const auto& label) { return label.second < 1; };
  if (std::count_if(sizes.begin(), sizes.end(), is_open) > 1) return;
  if (std::any_of(sizes.begin(), sizes.end(), [](const auto& l) { return l.second < -1; })) return;
  const auto dims = [&](const std::string& labels) {
    std::vector<int64_t> list;
    for (const char label : labels) list.push_back(sizes[label]);
    return list;
  };
  // What becomes one dimension has known ones.
  const auto joined = [&](const std::string& labels) -> std::optional<int64_t> {
    int64_t size = 1;
    for (const char label : labels) {
      if (sizes[label] < 1 || sizes[label] > op::kMostElements / size) return std::nullopt;
      size *= sizes[label];
    }
    return size;
  };
  // Rows of a product without a batch may have several labels.
  const bool joins_left = left.size() != 1 && (left.empty() || !batch.empty());
  const bool joins_sums = sums.size() != 1, joins_right = right.size() != 1;
  const auto l = joined(joins_left ? left : ""), s = joined(joins_sums ? sums : "");
  const auto r = joined(joins_right ? right : "");
  if (!l || !s || !r) return;
  const auto with = [&](const std::string& labels, bool joins, int64_t size,
                        std::vector<int64_t> list) {
    const std::vector<int64_t> more = joins ? std::vector<int64_t>{size} : dims(labels);
    list.insert(list.end(), more.begin(), more.end());
    return list;
  };

  ProductNodes parts(node.outputs[0], graph);
  std::string x = parts.Order(node.inputs[0], a, batch + left + sums);
  if (joins_left || joins_sums) {
    x = parts.Reshape(x, with(sums, joins_sums, *s, with(left, joins_left, *l, dims(batch))));
  }
  std::string w = parts.Order(node.inputs[1], b, batch + sums + right);
  if (joins_sums || joins_right) {
    w = parts.Reshape(w, with(right, joins_right, *r, with(sums, joins_sums, *s, dims(batch))));
  }
  std::string product = parts.Multiply(x, w);
  const std::string made = batch + left + right;
  if (joins_left || joins_right) product = parts.Reshape(product, dims(made));
  parts.Order(product, made, y);
  *nodes = parts.Take();
}

}  // namespace dc
