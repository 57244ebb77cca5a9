#include "model/dialects/quantized_constant.h"

#include <algorithm>
#include <set>
#include <utility>

#include "dc/weights.h"

namespace dc {
namespace {

constexpr size_t kMostEntries = 65536;

}  // namespace

std::vector<float> QuantizedConstant::Values() const {
  size_t inner = 1;
  for (size_t d = axis + 1; d < shape.size(); ++d) inner *= static_cast<size_t>(shape[d]);
  std::vector<float> values(numbers.size());
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = numbers[i] * scales[scales.size() == 1 ? 0 : i / inner % scales.size()];
  }
  return values;
}

std::optional<QuantizedWeight> QuantizedConstant::AsWeight() const {
  std::vector<float> entries = numbers;
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  if (entries.size() > kMostEntries) return std::nullopt;
  const auto zero = std::find(entries.begin(), entries.end(), 0.0f);
  const size_t first = zero != entries.end() ? 1 : 0;
  if (first > 0) {
    *zero = 0.0f;  // not -0
    std::rotate(entries.begin(), zero, zero + 1);
  }
  QuantizedWeight weight;
  weight.shape = shape;
  weight.codes.reserve(numbers.size());
  for (const float number : numbers) {
    const auto at = std::lower_bound(entries.begin() + static_cast<std::ptrdiff_t>(first),
                                     entries.end(), number);
    weight.codes.push_back(number == 0.0f ? 0 : static_cast<uint16_t>(at - entries.begin()));
  }
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

const QuantizedConstant* QuantizedConstants::Find(const std::string& name) const {
  const auto it = constants_.find(name);
  return it == constants_.end() ? nullptr : &it->second;
}

void QuantizedConstants::Apply(Graph* graph) && {
  for (const auto& [name, constant] : constants_) {
    graph->initializers[name] = Tensor::F32(constant.shape, constant.Values());
  }
  std::set<std::string> weights;
  for (const WeightRef& ref : ListWeights(*graph)) weights.insert(ref.name);
  for (const auto& [name, constant] : constants_) {
    if (!weights.count(name)) continue;
    const auto weight = constant.AsWeight();
    if (weight) static_cast<void>(SetQuantizedWeight(graph, name, *weight));
  }
}

}  // namespace dc
