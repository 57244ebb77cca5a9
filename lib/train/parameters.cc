#include "train/parameters.h"

#include <algorithm>
#include <map>
#include <utility>

#include "dc/weights.h"
#include "model/node_attributes.h"

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

StatusOr<Parameters> Parameters::Load(const Network& network, const TrainChoice& choice) {
  const Graph& graph = *network.graph;
  std::map<std::string, size_t> weights;  // the rows of each
  for (const WeightRef& weight : ListWeights(graph)) {
    weights[weight.name] = weight.is_one_matrix() ? static_cast<size_t>(weight.shape[0]) : 0;
  }

  GraphRoles roles = FindRoles(graph);
  DC_RETURN_IF_ERROR(ChooseTrained(choice, graph, &roles));

  Parameters result;
  size_t total = 0;
  for (size_t n : network.nodes) {
    const Node& node = graph.nodes[n];
    const op::Operator* record = OperatorOf(node);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const std::string& name = node.inputs[i];
      const Tensor* tensor = graph.Constant(name);
      if (tensor == nullptr) continue;
      const op::Role of_graph = roles.of.at(name);
      const Role role = RoleIn(of_graph);
      if (role == Role::kStatistic && record != nullptr && !record->Has(op::kQuantizes) &&
          record->Input(i).role != op::Role::kStatistic) {
        return Unsupported(
            "tensor \"" + name + "\" is trained by one node and a statistic of another",
            NodeLabel(node), "give each node its own initializer");
      }
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
      if (const auto weight = weights.find(name); weight != weights.end()) {
        parameter.decays = true;
        parameter.rows = weight->second;
      }
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
