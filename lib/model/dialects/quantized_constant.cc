#include "model/dialects/quantized_constant.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/counting.h"
#include "dc/weights.h"
#include "model/distinct_values.h"
#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
QuantizedConstant QuantizedConstant::Of(std::vector<int64_t> shape, std::vector<float> numbers,
                                        const Linear& linear,
                                        const std::vector<uint32_t>& indices) {
  QuantizedConstant constant;
  if (linear.single()) {
    constant.scales = {linear.ScaleAt(0)};
  } else if (linear.block == 0) {
    const auto scales = linear.scale->f32();
    constant.scales.assign(scales.begin(), scales.end());
    constant.axis = *op::Axis(linear.axis, shape.size());
  } else {
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] *= linear.ScaleAt(indices[i]);
    constant.scales = {1};
  }
  constant.shape = std::move(shape);
  constant.numbers = std::move(numbers);
  return constant;
}

std::vector<float> QuantizedConstant::Values() const {
  size_t inner = 1;
  for (size_t d = axis + 1; d < shape.size(); ++d) inner *= static_cast<size_t>(shape[d]);
  std::vector<float> values(numbers.size());
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = numbers[i] * scales[scales.size() == 1 ? 0 : i / inner % scales.size()];
  }
  return values;
}

QuantizedConstant QuantizedConstant::Transposed(const std::vector<int64_t>& perm) const {
  const size_t rank = shape.size();
  QuantizedConstant to = *this;
  std::vector<size_t> strides(rank, 1);  // of this one, by its own dimensions
  for (size_t d = rank; d-- > 1;) strides[d - 1] = strides[d] * static_cast<size_t>(shape[d]);
  std::vector<size_t> steps(rank);  // of this one, by the dimensions of the transpose
  for (size_t d = 0; d < rank; ++d) {
    const auto source = static_cast<size_t>(perm[d]);
    to.shape[d] = shape[source];
    steps[d] = strides[source];
    if (source == axis) to.axis = d;
  }
  std::vector<int64_t> index(rank, 0);
  size_t at = 0;
  for (float& number : to.numbers) {
    number = numbers[at];
    for (size_t d = rank; d-- > 0;) {
      at += steps[d];
      if (++index[d] < to.shape[d]) break;
      at -= steps[d] * static_cast<size_t>(to.shape[d]);
      index[d] = 0;
    }
  }
  return to;
}

std::optional<QuantizedWeight> QuantizedConstant::AsWeight() const {
  std::vector<float> entries = DistinctValues(numbers);
  if (entries.size() > QuantizedWeight::kMostEntries) return std::nullopt;
  QuantizedWeight weight;
  weight.shape = shape;
  weight.codes.reserve(numbers.size());
  for (const float number : numbers) weight.codes.push_back(CodeAmong(entries, number));
  if (scales.size() == 1) {
    for (float& entry : entries) entry *= scales[0];
  } else {
    weight.scales = scales;
    weight.scale_axis = axis;
  }
  weight.codebook = std::move(entries);
  while ((size_t{1} << weight.bits) < weight.codebook.size()) ++weight.bits;
  return weight;
}

void QuantizedConstants::Add(const std::string& name, QuantizedConstant constant) {
  constants_[name] = std::move(constant);
}

void QuantizedConstants::TakeTransposes(Graph* graph) {
  std::erase_if(graph->nodes, [&](const Node& node) {
    if (OperatorOf(node) != &op::kTranspose) return false;
    const auto from = constants_.find(node.Input(0));
    if (from == constants_.end()) return false;
    const std::vector<int64_t> all = Counting(from->second.shape.size());
    const std::vector<int64_t> perm = node.Ints("perm", {all.rbegin(), all.rend()});
    if (!std::is_permutation(perm.begin(), perm.end(), all.begin(), all.end())) return false;
    QuantizedConstant transposed = from->second.Transposed(perm);
    constants_[node.outputs[0]] = std::move(transposed);
    return true;
  });
}

void QuantizedConstants::Apply(Graph* graph) && {
  if (constants_.empty()) return;
  TakeTransposes(graph);
  for (const auto& [name, constant] : constants_) {
    graph->initializers[name] = Tensor::F32(constant.shape, constant.Values());
  }
  std::set<std::string> weights;
  for (const WeightRef& ref : ListWeights(*graph)) weights.insert(ref.name);
  for (const auto& [name, constant] : constants_) {
    if (!weights.count(name)) continue;
    if (const auto weight = constant.AsWeight()) {
      static_cast<void>(SetQuantizedWeight(graph, name, *weight));
    } else {
      graph->notes.push_back("weight " + Quoted(name) +
                             " has more than 65,536 values and is read as float32");
    }
  }
}

}  // namespace dc
