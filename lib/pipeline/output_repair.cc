#include "pipeline/output_repair.h"

#include <algorithm>
#include <cmath>

#include "model/node_attributes.h"

namespace dc {
namespace {

using calibrate::LayerPart;

// An initializer of `outputs` numbers that one node alone reads.
bool IsOwn(const Graph& graph, const std::string& name, int64_t outputs) {
  const Tensor* tensor = graph.Constant(name);
  return tensor != nullptr && tensor->type == DataType::kFloat32 && tensor->size() == outputs &&
         graph.Consumers(name).size() == 1;
}

// sum over i, j of w_i w_j (second_ij - mean_i mean_j)
double VarianceOf(const calibrate::Matrix& weights, int64_t row, const std::vector<double>& second,
                  const std::vector<double>& mean) {
  const auto k = static_cast<int64_t>(mean.size());
  double sum = 0, of_means = 0;
  for (int64_t i = 0; i < k; ++i) {
    double inner = 0;
    for (int64_t j = 0; j < k; ++j) {
      inner += second[static_cast<size_t>(i * k + j)] * weights(row, j);
    }
    sum += weights(row, i) * inner;
    of_means += weights(row, i) * mean[static_cast<size_t>(i)];
  }
  return sum - of_means * of_means;
}

double MeanOf(const calibrate::Matrix& weights, int64_t row, const std::vector<double>& mean) {
  double sum = 0;
  for (size_t i = 0; i < mean.size(); ++i) sum += weights(row, static_cast<int64_t>(i)) * mean[i];
  return sum;
}

}  // namespace

OutputRepair FindOutputRepair(const Graph& graph, const WeightRef& weight) {
  OutputRepair repair;
  const int64_t outputs = weight.outputs();
  const std::string& output = graph.nodes[weight.node].outputs[0];
  const std::vector<size_t> readers = graph.Consumers(output);
  const bool is_output = std::any_of(graph.outputs.begin(), graph.outputs.end(),
                                     [&](const ValueInfo& info) { return info.name == output; });
  if (readers.size() == 1 && !is_output) {
    const Node& node = graph.nodes[readers[0]];
    if (OperatorOf(node) == &op::kBatchNormalization && node.Input(0) == output &&
        IsOwn(graph, node.Input(3), outputs) && IsOwn(graph, node.Input(4), outputs) &&
        graph.Constant(node.Input(1)) != nullptr) {
      repair.scale = node.Input(1);
      repair.mean = node.Input(3);
      repair.variance = node.Input(4);
      repair.epsilon = node.Float("epsilon", 1e-5f);
      return repair;
    }
  }
  if (IsOwn(graph, weight.bias, outputs)) repair.bias = weight.bias;
  return repair;
}

std::vector<double> OutputGains(const Graph& graph, const OutputRepair& repair, int64_t outputs) {
  std::vector<double> gains(static_cast<size_t>(outputs), 1.0);
  if (repair.mean.empty()) return gains;
  const auto scale = graph.Constant(repair.scale)->f32();
  const auto variance = graph.Constant(repair.variance)->f32();
  for (size_t i = 0; i < gains.size(); ++i) {
    gains[i] = static_cast<double>(scale[i]) * scale[i] / (variance[i] + repair.epsilon);
  }
  return gains;
}

void RepairOutputs(const OutputRepair& repair, const WeightRef& ref,
                   const calibrate::LayerRows& rows, const std::vector<InputMoments>& moments,
                   const Graph& reference, Graph* graph) {
  if (!repair.any()) return;
  const auto before = reference.initializers.at(ref.name).f32();
  const auto after = graph->initializers.at(ref.name).f32();
  const auto outputs = static_cast<size_t>(ref.outputs());
  std::vector<double> shift(outputs), old_variance(outputs), new_variance(outputs);
  for (size_t p = 0; p < moments.size(); ++p) {
    const LayerPart& part = rows.parts()[p];
    const calibrate::Matrix was = rows.Weights(part, before), is = rows.Weights(part, after);
    for (int64_t r = 0; r < part.rows; ++r) {
      const auto output = static_cast<size_t>(part.first_row + r);
      shift[output] += MeanOf(is, r, moments[p].mean) - MeanOf(was, r, moments[p].reference_mean);
      if (repair.variance.empty()) continue;
      old_variance[output] +=
          VarianceOf(was, r, moments[p].reference_second, moments[p].reference_mean);
      new_variance[output] += VarianceOf(is, r, moments[p].second, moments[p].mean);
    }
  }
  if (!repair.bias.empty()) {
    const auto bias = graph->initializers.at(repair.bias).f32();
    for (size_t i = 0; i < outputs; ++i) bias[i] -= static_cast<float>(shift[i]);
    return;
  }
  const auto mean = graph->initializers.at(repair.mean).f32();
  const auto variance = graph->initializers.at(repair.variance).f32();
  for (size_t i = 0; i < outputs; ++i) {
    mean[i] += static_cast<float>(shift[i]);
    // A channel that has become nearly constant is not blown up.
    constexpr double kLeast = 1.0 / 16, kMost = 16;
    if (old_variance[i] > 0) {
      variance[i] *=
          static_cast<float>(std::clamp(new_variance[i] / old_variance[i], kLeast, kMost));
    }
  }
}

}  // namespace dc
