#include "encode/merge_batch_norms.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/node_attributes.h"

namespace dc {
namespace {

class Merger {
 public:
  explicit Merger(Graph* graph) : graph_(*graph) {}

  void Run() {
    for (Node& node : graph_.nodes) {
      if (OperatorOf(node) == &op::kBatchNormalization) Merge(&node);
    }
  }

 private:
  void Merge(Node* node) {
    const Tensor* vectors[4];
    for (size_t i = 0; i < 4; ++i) {
      vectors[i] = graph_.Constant(node->Input(i + 1));
      if (vectors[i] == nullptr || vectors[i]->type != DataType::kFloat32 ||
          vectors[i]->size() != vectors[0]->size()) {
        return;
      }
    }
    const auto attributes = NodeAttributes::Read(graph_, *node, op::kBatchNormalization);
    if (!attributes.ok()) return;
    const float epsilon = attributes->Float("epsilon");
    if (!(epsilon < 1)) return;  // the variance 1 - epsilon is above 0
    const auto scale = vectors[0]->f32(), bias = vectors[1]->f32(), mean = vectors[2]->f32(),
               variance = vectors[3]->f32();
    std::vector<float> a, b;
    for (size_t i = 0; i < scale.size(); ++i) {
      const double factor = scale[i] / std::sqrt(static_cast<double>(variance[i]) + epsilon);
      a.push_back(static_cast<float>(factor));
      b.push_back(static_cast<float>(bias[i] - factor * mean[i]));
      if (!std::isfinite(a.back()) || !std::isfinite(b.back())) return;
    }
    const size_t size = scale.size();
    const std::vector<std::string> read = node->inputs;
    node->inputs[1] = Own(read, 1, std::move(a));
    node->inputs[2] = Own(read, 2, std::move(b));
    node->inputs[3] = Same(size, 0.0f);
    node->inputs[4] = Same(size, 1 - epsilon);
  }

  // Another vector in place of input `i` of a node that has read `inputs`, under its name where
  // that is the only one that reads it.
  std::string Own(const std::vector<std::string>& inputs, size_t i, std::vector<float> values) {
    const std::string& name = inputs[i];
    const bool shared =
        graph_.Consumers(name).size() > 1 || std::count(inputs.begin(), inputs.end(), name) > 1;
    const std::string own = shared ? graph_.FreshName(name + "_merged") : name;
    const auto size = static_cast<int64_t>(values.size());
    graph_.initializers[own] = Tensor::F32({size}, std::move(values));
    return own;
  }

  // A vector of `size` times `value`.
  std::string Same(size_t size, float value) {
    auto& name = same_[{size, value}];
    if (name.empty()) {
      name = graph_.FreshName("same");
      graph_.initializers[name] =
          Tensor::F32({static_cast<int64_t>(size)}, std::vector<float>(size, value));
    }
    return name;
  }

  Graph& graph_;
  std::map<std::pair<size_t, float>, std::string> same_;
};

}  // namespace

void MergeBatchNorms(Graph* graph) { Merger(graph).Run(); }

}  // namespace dc
