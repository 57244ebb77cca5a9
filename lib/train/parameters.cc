#include "train/parameters.h"

#include <algorithm>
#include <set>

#include "dc/weights.h"
#include "model/roles.h"

namespace dc::train {
namespace {

// What training does with a constant of role `role`.
Role RoleIn(op::Role role) {
  switch (role) {
    case op::Role::kWeight:
    case op::Role::kBias:
    case op::Role::kScale:
      return Role::kTrained;
    case op::Role::kStatistic:
      return Role::kStatistic;
    default:
      return Role::kFixed;
  }
}

}  // namespace

StatusOr<Parameters> Parameters::Load(const Network& network) {
  const Graph& graph = *network.graph;
  std::set<std::string> weights;
  for (const WeightRef& weight : ListWeights(graph)) weights.insert(weight.name);

  const GraphRoles roles = FindRoles(graph);

  Parameters result;
  size_t total = 0;
  for (size_t n : network.nodes) {
    const Node& node = graph.nodes[n];
    for (const std::string& name : node.inputs) {
      const Tensor* tensor = graph.Constant(name);
      if (tensor == nullptr) continue;
      const op::Role of_graph = roles.of.at(name);
      const Role role = RoleIn(of_graph);
      if (const auto known = result.index_.find(name); known != result.index_.end()) {
        ++result.list_[known->second].readers;
        continue;
      }
      // Settings and indices are no operands of a float computation.
      if (of_graph == op::Role::kSetting ||
          (role == Role::kFixed && tensor->type != DataType::kFloat32)) {
        continue;
      }
      if (tensor->type != DataType::kFloat32) {
        return Unsupported("tensor \"" + name + "\" is " + NameOf(tensor->type), NodeLabel(node),
                           "training covers float32 parameters");
      }
      Parameter parameter;
      parameter.name = name;
      parameter.shape = tensor->shape;
      parameter.role = role;
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
