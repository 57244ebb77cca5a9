#include <cstring>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/canonical/canonical.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// `data` with its axes in the order `axes`, a permutation (empty: reversed).
Tensor Transposed(const Tensor& data, std::vector<int64_t> axes) {
  const size_t rank = data.shape.size();
  if (axes.empty()) {
    for (size_t i = rank; i > 0; --i) axes.push_back(static_cast<int64_t>(i - 1));
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
  explicit Folder(Graph* graph) : graph_(*graph) {
    for (const ValueInfo& output : graph_.outputs) graph_outputs_.insert(output.name);
    for (const Node& node : graph_.nodes) {
      for (const std::string& input : node.inputs) ++readers_[input];
    }
  }

  void Run() {
    std::erase_if(graph_.nodes, [&](Node& node) {
      for (std::string& input : node.inputs) {
        const auto alias = alias_.find(input);
        if (alias != alias_.end()) input = alias->second;
      }
      return Fold(node);
    });
  }

 private:
  bool IsOnlyReadOnce(const std::string& name) {
    return readers_[name] == 1 && !graph_outputs_.count(name);
  }

  // True where `node` was folded into constants and must go.
  bool Fold(const Node& node) {
    const op::Operator* record = OperatorOf(node);
    if (record == nullptr || node.outputs.size() != 1 || graph_outputs_.count(node.outputs[0])) {
      return false;
    }
    const std::string name = node.Input(0);
    const auto data = graph_.initializers.find(name);
    if (data == graph_.initializers.end()) return false;
    const std::string& output = node.outputs[0];
    if (record == &op::kIdentity) {
      alias_[output] = name;
      readers_[name] += readers_[output] - 1;
      return true;
    }
    const bool moves = record->Has(op::kReshapes) || record == &op::kTranspose;
    if (!moves || !IsOnlyReadOnce(name)) return false;
    const auto attributes = NodeAttributes::Read(graph_, node, *record);
    const op::Shape* shape = &data->second.shape;
    std::vector<op::Shape> inferred;
    if (!attributes.ok() || !record->infer({*attributes, {&shape, 1}}, &inferred).ok())
      return false;
    Tensor result = std::move(data->second);
    graph_.initializers.erase(data);
    if (record == &op::kTranspose) {
      const auto perm = attributes->Ints("perm");
      result = Transposed(result, {perm.begin(), perm.end()});
    }
    result.shape = std::move(inferred[0]);
    graph_.initializers[output] = std::move(result);
    return true;
  }

  Graph& graph_;
  std::unordered_set<std::string> graph_outputs_;
  std::unordered_map<std::string, int64_t> readers_;    // node inputs that name the value
  std::unordered_map<std::string, std::string> alias_;  // removed Identity output -> its source
};

}  // namespace

void FoldConstants(Graph* graph) { Folder(graph).Run(); }

}  // namespace dc
