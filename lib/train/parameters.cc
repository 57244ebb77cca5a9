#include "train/parameters.h"

#include <algorithm>
#include <optional>
#include <set>

#include "dc/weights.h"

namespace dc::train {
namespace {

// The role that input `i` of `node` gives to an initializer; nothing where the input is a setting
// (a target shape, a ratio) and no parameter.
std::optional<Role> RoleOf(const Node& node, size_t i) {
  if (node.op == "Conv" || node.op == "Gemm" || node.op == "MatMul" || node.op == "Add" ||
      node.op == "Mul") {
    return Role::kTrained;
  }
  if (node.op == "BatchNormalization") return i <= 2 ? Role::kTrained : Role::kStatistic;
  return std::nullopt;
}

}  // namespace

StatusOr<Parameters> Parameters::Load(const Network& network) {
  const Graph& graph = *network.graph;
  std::set<std::string> weights;
  for (const WeightRef& weight : ListWeights(graph)) weights.insert(weight.name);

  Parameters result;
  size_t total = 0;
  for (size_t n : network.nodes) {
    const Node& node = graph.nodes[n];
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const std::string& name = node.inputs[i];
      const Tensor* tensor = graph.Constant(name);
      std::optional<Role> role = RoleOf(node, i);
      if (!tensor || !role) continue;
      if (!graph.initializers.count(name)) role = Role::kFixed;
      if (const auto known = result.index_.find(name); known != result.index_.end()) {
        Parameter& parameter = result.list_[known->second];
        ++parameter.readers;
        if (parameter.role == *role) continue;
        return Unsupported(
            "tensor \"" + name + "\" is trained by one node and a statistic of another",
            NodeLabel(node), "give each node its own initializer");
      }
      if (tensor->type != DataType::kFloat32) {
        return Unsupported("tensor \"" + name + "\" is " + NameOf(tensor->type), NodeLabel(node),
                           "training covers float32 parameters");
      }
      Parameter parameter;
      parameter.name = name;
      parameter.shape = tensor->shape;
      parameter.role = *role;
      parameter.offset = total;
      parameter.size = tensor->f32().size();
      parameter.decays = weights.count(name) > 0;
      parameter.readers = 1;
      parameter.keep = node.Float("momentum", 0.9f);
      total += (parameter.size + 15) / 16 * 16;
      result.index_[name] = result.list_.size();
      result.list_.push_back(std::move(parameter));
    }
  }
  result.values_ = AlignedFloats(total);
  for (const Parameter& parameter : result.list_) {
    const auto values = graph.Constant(parameter.name)->f32();
    std::copy(values.begin(), values.end(), result.Values(parameter).begin());
  }
  return result;
}

const Parameter* Parameters::Find(const std::string& name) const {
  const auto it = index_.find(name);
  return it == index_.end() ? nullptr : &list_[it->second];
}

void Parameters::Store(Graph* graph) const {
  for (const Parameter& parameter : list_) {
    if (parameter.role == Role::kFixed) continue;
    const auto values = Values(parameter);
    std::copy(values.begin(), values.end(), graph->initializers[parameter.name].f32().begin());
  }
}

}  // namespace dc::train
