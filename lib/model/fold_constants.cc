#include "model/fold_constants.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace dc {
namespace {

// The shape that ONNX's Reshape gives `data`, or nothing where the request does not fit it.
std::optional<std::vector<int64_t>> ReshapedShape(const Tensor& data, const Tensor& request,
                                                  bool allow_zero) {
  if (request.type != DataType::kInt64 || request.shape.size() != 1) return std::nullopt;
  std::vector<int64_t> shape;
  int64_t known = 1, inferred = -1;
  for (int64_t d : request.data<int64_t>()) {
    const size_t axis = shape.size();
    if (d == 0 && !allow_zero) {
      if (axis >= data.shape.size()) return std::nullopt;
      d = data.shape[axis];
    }
    if (d < -1 || (d == -1 && inferred >= 0)) return std::nullopt;
    if (d == -1) {
      inferred = static_cast<int64_t>(axis);
    } else if (__builtin_mul_overflow(known, d, &known)) {
      return std::nullopt;
    }
    shape.push_back(d);
  }
  if (inferred >= 0) {
    if (known == 0 || data.size() % known != 0) return std::nullopt;
    shape[static_cast<size_t>(inferred)] = data.size() / known;
  } else if (known != data.size()) {
    return std::nullopt;
  }
  return shape;
}

// `data` with its axes in the order `axes` (empty: reversed), or nothing where that is no
// permutation.
std::optional<Tensor> Transposed(const Tensor& data, std::vector<int64_t> axes) {
  const size_t rank = data.shape.size();
  if (axes.empty()) {
    for (size_t i = rank; i > 0; --i) axes.push_back(static_cast<int64_t>(i - 1));
  }
  std::vector<int64_t> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.size() != rank) return std::nullopt;
  for (size_t i = 0; i < rank; ++i) {
    if (sorted[i] != static_cast<int64_t>(i)) return std::nullopt;
  }
  const size_t element = SizeOf(data.type);
  std::vector<int64_t> stride(rank, 1), shape(rank), step(rank);
  for (size_t i = rank; i-- > 1;) stride[i - 1] = stride[i] * data.shape[i];
  for (size_t i = 0; i < rank; ++i) {
    shape[i] = data.shape[static_cast<size_t>(axes[i])];
    step[i] = stride[static_cast<size_t>(axes[i])];
  }
  Tensor result = Tensor::Zeros(data.type, shape);
  std::vector<int64_t> index(rank, 0);
  int64_t from = 0;  // element of `data` that belongs at `index`
  for (size_t to = 0; to < result.bytes.size(); to += element) {
    std::memcpy(&result.bytes[to], &data.bytes[static_cast<size_t>(from) * element], element);
    for (size_t i = rank; i-- > 0;) {
      from += step[i];
      if (++index[i] < shape[i]) break;
      from -= step[i] * shape[i];
      index[i] = 0;
    }
  }
  return result;
}

class Folder {
 public:
  explicit Folder(Graph* graph) : graph_(*graph), dropped_(graph->nodes.size(), false) {
    for (const ValueInfo& output : graph_.outputs) graph_outputs_.insert(output.name);
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      for (const std::string& input : node.inputs) ++readers_[input];
      if (node.op != "Constant" || !node.domain.empty() || node.outputs.size() != 1) continue;
      const auto value = node.attributes.find("value");
      if (value != node.attributes.end() && std::holds_alternative<Tensor>(value->second)) {
        constant_nodes_[node.outputs[0]] = i;
      }
    }
  }

  void Run() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      Node& node = graph_.nodes[i];
      for (std::string& input : node.inputs) {
        const auto alias = alias_.find(input);
        if (alias != alias_.end()) input = alias->second;
      }
      if (!node.domain.empty()) continue;
      if (Fold(node)) {
        dropped_[i] = true;
      } else {
        HoistConstants(node);
      }
    }
    size_t kept = 0;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (dropped_[i]) continue;
      if (kept != i) graph_.nodes[kept] = std::move(graph_.nodes[i]);
      ++kept;
    }
    graph_.nodes.resize(kept);
  }

 private:
  Tensor* Constant(const std::string& name) {
    const auto initializer = graph_.initializers.find(name);
    if (initializer != graph_.initializers.end()) return &initializer->second;
    const auto node = constant_nodes_.find(name);
    if (node == constant_nodes_.end()) return nullptr;
    return &std::get<Tensor>(graph_.nodes[node->second].attributes.at("value"));
  }

  // Removes the constant `name`.
  void Erase(const std::string& name) {
    graph_.initializers.erase(name);
    const auto node = constant_nodes_.find(name);
    if (node == constant_nodes_.end()) return;
    dropped_[node->second] = true;
    constant_nodes_.erase(node);
  }

  bool IsOnlyReadOnce(const std::string& name) {
    return readers_[name] == 1 && !graph_outputs_.count(name);
  }

  // True where `node` was folded into constants and must go.
  bool Fold(const Node& node) {
    const std::string data_name = node.Input(0);
    Tensor* data = Constant(data_name);
    if (!data || node.outputs.size() != 1 || graph_outputs_.count(node.outputs[0])) return false;
    const std::string& output = node.outputs[0];
    if (node.op == "Identity") {
      alias_[output] = data_name;
      readers_[data_name] += readers_[output] - 1;
      return true;
    }
    if (!IsOnlyReadOnce(data_name)) return false;
    Tensor result;
    if (node.op == "Reshape") {
      const Tensor* request = Constant(node.Input(1));
      if (!request) return false;
      auto shape = ReshapedShape(*data, *request, node.Int("allowzero", 0) != 0);
      if (!shape) return false;
      result = std::move(*data);
      result.shape = std::move(*shape);
      if (IsOnlyReadOnce(node.Input(1))) Erase(node.Input(1));
      --readers_[node.Input(1)];
    } else if (node.op == "Transpose") {
      std::optional<Tensor> transposed = Transposed(*data, node.Ints("perm", {}));
      if (!transposed) return false;
      result = std::move(*transposed);
    } else {
      return false;
    }
    Erase(data_name);
    graph_.initializers[output] = std::move(result);
    return true;
  }

  // Turns the float32 Constant nodes that `node` reads as parameters into initializers.
  void HoistConstants(const Node& node) {
    static const std::unordered_set<std::string> kReaders = {"Conv", "Gemm", "MatMul", "Add",
                                                             "BatchNormalization"};
    if (!kReaders.count(node.op)) return;
    for (const std::string& input : node.inputs) {
      const auto source = constant_nodes_.find(input);
      if (source == constant_nodes_.end()) continue;
      Tensor& value = *Constant(input);
      if (value.type != DataType::kFloat32) continue;
      Tensor moved = std::move(value);
      Erase(input);
      graph_.initializers[input] = std::move(moved);
    }
  }

  Graph& graph_;
  std::vector<bool> dropped_;
  std::unordered_set<std::string> graph_outputs_;
  std::unordered_map<std::string, int64_t> readers_;        // node inputs that name the value
  std::unordered_map<std::string, size_t> constant_nodes_;  // output of a Constant node -> node
  std::unordered_map<std::string, std::string> alias_;      // removed Identity output -> its source
};

}  // namespace

void FoldConstants(Graph* graph) { Folder(graph).Run(); }

}  // namespace dc
