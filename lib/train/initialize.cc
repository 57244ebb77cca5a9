#include <algorithm>
#include <cmath>
#include <set>

#include "base/rng.h"
#include "dc/train.h"

namespace dc {
namespace {

// True where the value `name` reaches a ReLU (or its leaky or clipped kin) through nodes that keep
// its scale.
bool ReachesRelu(const Graph& graph, const std::string& name, int depth) {
  static const std::set<std::string> kRelus = {"Relu", "LeakyRelu", "Elu", "Clip"};
  static const std::set<std::string> kPassing = {
      "Add",     "BatchNormalization", "MaxPool", "AveragePool",
      "Dropout", "Identity",           "Flatten", "Reshape",
      "LRN"};
  if (depth == 0) return false;
  for (size_t i : graph.Consumers(name)) {
    const Node& node = graph.nodes[i];
    if (kRelus.count(node.op)) return true;
    if (kPassing.count(node.op) && !node.outputs.empty() &&
        ReachesRelu(graph, node.outputs[0], depth - 1)) {
      return true;
    }
  }
  return false;
}

// Numbers of inputs and outputs of one unit of a weight; nothing for other tensors.
struct Fans {
  double in = 0, out = 0;
};

Fans FansOf(const Node& node, const std::vector<int64_t>& shape) {
  if (node.op == "Conv" && shape.size() >= 2) {
    double area = 1;
    for (size_t i = 2; i < shape.size(); ++i) area *= static_cast<double>(shape[i]);
    const double groups = static_cast<double>(std::max<int64_t>(node.Int("group", 1), 1));
    return {static_cast<double>(shape[1]) * area, static_cast<double>(shape[0]) / groups * area};
  }
  if ((node.op == "Gemm" || node.op == "MatMul") && shape.size() == 2) {
    const bool transposed = node.op == "Gemm" && node.Int("transB", 0) != 0;
    const double first = static_cast<double>(shape[0]), second = static_cast<double>(shape[1]);
    return transposed ? Fans{second, first} : Fans{first, second};
  }
  return {};
}

void Fill(const Graph& graph, const std::string& name, Rng* rng, Tensor* tensor) {
  for (size_t i : graph.Consumers(name)) {
    const Node& node = graph.nodes[i];
    if (node.op == "BatchNormalization" && (node.Input(1) == name || node.Input(4) == name)) {
      for (float& v : tensor->f32()) v = 1.0f;
      return;
    }
    const Fans fans = node.Input(1) == name ? FansOf(node, tensor->shape) : Fans();
    if (!(fans.in > 0) || node.outputs.empty()) continue;
    if (ReachesRelu(graph, node.outputs[0], 8)) {
      const double deviation = std::sqrt(2.0 / fans.in);
      for (float& v : tensor->f32()) v = static_cast<float>(deviation * rng->Normal());
    } else {
      const double limit = std::sqrt(6.0 / (fans.in + fans.out));
      for (float& v : tensor->f32()) v = static_cast<float>(limit * (2 * rng->Uniform() - 1));
    }
    return;
  }
}

}  // namespace

Status InitializeParameters(Graph* graph, uint64_t seed) {
  constexpr int64_t kMaxElements = int64_t{1} << 31;
  for (const ValueInfo& info : graph->uninitialized) {
    int64_t count = 1;
    for (int64_t d : info.shape) {
      if (d < 1 || count > kMaxElements / d) {
        return BadInput("a parameter of shape " + ShapeText(info.shape) + " cannot be initialised",
                        "\"" + info.name + "\"", "declare it with fixed, sensible dimensions");
      }
      count *= d;
    }
    if (info.type != DataType::kFloat32) {
      return Unsupported(
          "a parameter of type " + std::string(NameOf(info.type)) + " cannot be initialised",
          "\"" + info.name + "\"", "declare it as float32");
    }
  }
  for (size_t i = 0; i < graph->uninitialized.size(); ++i) {
    const ValueInfo& info = graph->uninitialized[i];
    Tensor tensor = Tensor::Zeros(DataType::kFloat32, info.shape);
    Rng rng(seed, i);
    Fill(*graph, info.name, &rng, &tensor);
    graph->initializers[info.name] = std::move(tensor);
  }
  graph->uninitialized.clear();
  return OkStatus();
}

}  // namespace dc
