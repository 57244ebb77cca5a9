#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "dc/train.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// True where the value `name` reaches a ReLU (or its leaky or clipped kin) through nodes that keep
// its scale.
bool ReachesRelu(const Graph& graph, const std::string& name, int depth) {
  if (depth == 0) return false;
  for (size_t i : graph.Consumers(name)) {
    const Node& node = graph.nodes[i];
    const op::Operator* record = OperatorOf(node);
    if (record == nullptr) continue;
    if (record->Has(op::kRectifies)) return true;
    if (record->Has(op::kKeepsScale) && !node.outputs.empty() &&
        ReachesRelu(graph, node.outputs[0], depth - 1)) {
      return true;
    }
  }
  return false;
}

// Numbers of inputs and outputs of one unit of a weight.
struct Fans {
  double in = 0, out = 0;
};

// The weight at an input of `node` whose outputs are on `output_axis` of `shape`.
Fans FansOf(const Node& node, const op::Operator& record, const std::vector<int64_t>& shape,
            size_t output_axis) {
  const double size = static_cast<double>(ElementCount(shape));
  const double outputs = static_cast<double>(shape[output_axis]);
  Fans fans{size / outputs, outputs};
  if (!record.Has(op::kConvolves)) {
    // Of matrices side by side each has these fans.
    double matrices = 1;
    for (size_t i = 0; i + 2 < shape.size(); ++i) matrices *= static_cast<double>(shape[i]);
    fans.in /= matrices;
    return fans;
  }
  // Each output channel reads a group of the input's, each input channel reaches a group of
  // outputs: those that `shape` counts, where they are not its first dimension.
  double area = 1;
  for (size_t i = 2; i < shape.size(); ++i) area *= static_cast<double>(shape[i]);
  const double groups = static_cast<double>(std::max<int64_t>(node.Int("group", 1), 1));
  if (output_axis == 0) {
    fans.out = outputs / groups * area;
  } else {
    fans.in /= groups;
    fans.out = outputs * area;
  }
  return fans;
}

void FillWeight(const Graph& graph, const Node& node, const Fans& fans, Rng* rng, Tensor* tensor) {
  if (ReachesRelu(graph, node.outputs[0], 8)) {
    const double deviation = std::sqrt(2.0 / fans.in);
    for (float& v : tensor->f32()) v = static_cast<float>(deviation * rng->Normal());
  } else {
    const double limit = std::sqrt(6.0 / (fans.in + fans.out));
    for (float& v : tensor->f32()) v = static_cast<float>(limit * (2 * rng->Uniform() - 1));
  }
}

// Fills `tensor`, zeros, by what its first reader takes it for.
void Fill(const Graph& graph, const std::string& name, Rng* rng, Tensor* tensor) {
  for (size_t i : graph.Consumers(name)) {
    const Node& node = graph.nodes[i];
    const op::Operator* record = OperatorOf(node);
    if (record == nullptr || node.outputs.empty()) continue;
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      if (node.inputs[k] != name) continue;
      const op::InputSpec& input = record->Input(k);
      // Of a normalization: scales and variances start at 1, means and shifts at 0. Slopes of a
      // rectifier start where He et al. (2015) start them.
      if (input.role == op::Role::kScale || input.name == "variance") {
        for (float& v : tensor->f32()) v = record->Has(op::kRectifies) ? 0.25f : 1.0f;
        return;
      }
      if (input.role != op::Role::kWeight || tensor->shape.size() < 2) continue;
      const auto attributes = NodeAttributes::Read(graph, node, *record);
      if (!attributes.ok()) continue;
      const size_t axis = record->output_axis(*attributes, k, tensor->shape.size());
      FillWeight(graph, node, FansOf(node, *record, tensor->shape, axis), rng, tensor);
      return;
    }
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
