#include "model/canonical/known.h"

#include <algorithm>
#include <utility>

namespace dc {
namespace {

template <typename T>
std::vector<int64_t> Widened(const Tensor& tensor) {
  const auto values = tensor.data<T>();
  return {values.begin(), values.end()};
}

template <typename T>
void Narrow(const std::vector<int64_t>& values, Tensor* tensor) {
  std::transform(values.begin(), values.end(), tensor->data<T>().begin(),
                 [](int64_t v) { return static_cast<T>(v); });
}

}  // namespace

std::optional<Known> Known::From(const Tensor& tensor) {
  switch (tensor.type) {
    case DataType::kFloat32:
      return Floats(tensor.shape, {tensor.f32().begin(), tensor.f32().end()});
    case DataType::kInt64:
      return Integers(tensor.type, tensor.shape, Widened<int64_t>(tensor));
    case DataType::kInt32:
      return Integers(tensor.type, tensor.shape, Widened<int32_t>(tensor));
    case DataType::kBool:
      return Integers(tensor.type, tensor.shape, Widened<uint8_t>(tensor));
    default:
      return std::nullopt;
  }
}

Known Known::Integers(DataType type, std::vector<int64_t> shape, std::vector<int64_t> values,
                      std::vector<int64_t> factors) {
  Known known;
  known.type = type;
  known.shape = std::move(shape);
  known.ints = std::move(values);
  const auto is_zero = [](int64_t factor) { return factor == 0; };
  if (!std::all_of(factors.begin(), factors.end(), is_zero)) known.batches = std::move(factors);
  return known;
}

Known Known::Floats(std::vector<int64_t> shape, std::vector<float> values) {
  Known known;
  known.type = DataType::kFloat32;
  known.shape = std::move(shape);
  known.floats = std::move(values);
  return known;
}

Tensor Known::ToTensor() const {
  Tensor tensor = Tensor::Zeros(type, shape);
  if (type == DataType::kFloat32) {
    std::copy(floats.begin(), floats.end(), tensor.f32().begin());
  } else if (type == DataType::kInt64) {
    Narrow<int64_t>(ints, &tensor);
  } else if (type == DataType::kInt32) {
    Narrow<int32_t>(ints, &tensor);
  } else {
    Narrow<uint8_t>(ints, &tensor);
  }
  return tensor;
}

Known Known::At(int64_t batch) const {
  Known result = *this;
  for (size_t i = 0; i < result.batches.size(); ++i) result.ints[i] += batches[i] * batch;
  result.batches.clear();
  return result;
}

std::optional<Known> Evaluate(const Graph& graph, const Node& node,
                              std::span<const Known* const> inputs) {
  if (!node.domain.empty() || inputs.empty() || inputs[0] == nullptr) return std::nullopt;
  for (Evaluator* part : {EvaluateOfOne, EvaluateOfTwo, EvaluateMoves, EvaluateMade,
                          EvaluateReduced, EvaluateScattered}) {
    if (auto result = part(graph, node, inputs)) return result;
  }
  return std::nullopt;
}

}  // namespace dc
