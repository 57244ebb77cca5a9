// Softmax, LogSoftmax, Hardmax, LpNormalization and CumSum: the values along one axis together.
#include <algorithm>
#include <cmath>
#include <memory>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// `count` values that lie `stride` apart, and what to do with them.
struct Row {
  size_t count = 1, stride = 1;
  bool exclusive = false, reverse = false;  // CumSum
  bool squares = false;                     // LpNormalization with p = 2
};
using RowFunction = void(const Row& row, const float* x, float* y);

size_t PlaceOfLargest(const Row& row, const float* x) {
  size_t at = 0;
  for (size_t i = 1; i < row.count; ++i) {
    if (x[i * row.stride] > x[at * row.stride]) at = i;
  }
  return at;
}

// Shifted by the largest value, so that no exponential overflows.
void Softmax(const Row& row, const float* x, float* y) {
  const float largest = x[PlaceOfLargest(row, x) * row.stride];
  float sum = 0;
  for (size_t i = 0; i < row.count; ++i) {
    y[i * row.stride] = std::exp(x[i * row.stride] - largest);
    sum += y[i * row.stride];
  }
  const float scale = 1.0f / sum;
  for (size_t i = 0; i < row.count; ++i) y[i * row.stride] *= scale;
}

void LogSoftmax(const Row& row, const float* x, float* y) {
  const float largest = x[PlaceOfLargest(row, x) * row.stride];
  float sum = 0;
  for (size_t i = 0; i < row.count; ++i) sum += std::exp(x[i * row.stride] - largest);
  const float shift = std::log(sum);
  for (size_t i = 0; i < row.count; ++i) y[i * row.stride] = x[i * row.stride] - largest - shift;
}

void Hardmax(const Row& row, const float* x, float* y) {
  const size_t at = PlaceOfLargest(row, x);
  for (size_t i = 0; i < row.count; ++i) y[i * row.stride] = i == at ? 1.0f : 0.0f;
}

void LpNormalize(const Row& row, const float* x, float* y) {
  double sum = 0;
  for (size_t i = 0; i < row.count; ++i) {
    const double v = x[i * row.stride];
    sum += row.squares ? v * v : std::fabs(v);
  }
  const float norm = static_cast<float>(row.squares ? std::sqrt(sum) : sum);
  for (size_t i = 0; i < row.count; ++i) {
    y[i * row.stride] = norm == 0 ? 0.0f : x[i * row.stride] / norm;
  }
}

void CumSum(const Row& row, const float* x, float* y) {
  double sum = 0;
  for (size_t i = 0; i < row.count; ++i) {
    const size_t at = (row.reverse ? row.count - 1 - i : i) * row.stride;
    const double before = sum;
    sum += x[at];
    y[at] = static_cast<float>(row.exclusive ? before : sum);
  }
}

class AlongAxisOp : public OperatorKernel {
 public:
  // Values are outer x row.count x row.stride. `cost` is the price of one in multiply-adds.
  AlongAxisOp(RowFunction* apply, const Row& row, size_t outer, double cost, size_t max_chunks)
      : apply_(apply), row_(row), outer_(outer), cost_(cost), max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    Row row = row_;
    row.stride *= context.lanes;
    const size_t rows = outer_ * row.stride;
    ForChunks(context.pool, max_chunks_, rows, static_cast<double>(rows * row.count) * cost_,
              [&](size_t, size_t begin, size_t end) {
                for (size_t r = begin; r < end; ++r) {
                  const size_t at = r / row.stride * row.stride * row.count + r % row.stride;
                  apply_(row, context.inputs[0] + at, context.output + at);
                }
              });
  }

 private:
  RowFunction* apply_;
  Row row_;
  size_t outer_;
  double cost_;
  size_t max_chunks_;
};

constexpr double kExpCost = 20, kStepCost = 2;  // multiply-adds

// `row` says how `apply` goes about it; where values lie is filled in.
StatusOr<NodeResult> Make(const NodeContext& context, RowFunction* apply, double cost,
                          Row row = {}) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  const Shape& shape = context.output;
  const size_t axis = *op::Axis(context.attributes.Int("axis"), shape.size());
  row.count = static_cast<size_t>(shape[axis]);
  row.stride = static_cast<size_t>(CheckedSize(shape, axis + 1, shape.size()));
  NodeResult result;
  result.kernel = std::make_unique<AlongAxisOp>(
      apply, row, static_cast<size_t>(CheckedSize(shape, 0, axis)), cost, context.max_chunks);
  return result;
}

}  // namespace

StatusOr<NodeResult> MakeSoftmax(const NodeContext& context) {
  return Make(context, Softmax, kExpCost);
}
StatusOr<NodeResult> MakeLogSoftmax(const NodeContext& context) {
  return Make(context, LogSoftmax, kExpCost);
}
StatusOr<NodeResult> MakeHardmax(const NodeContext& context) {
  return Make(context, Hardmax, kStepCost);
}
StatusOr<NodeResult> MakeLpNormalization(const NodeContext& context) {
  return Make(context, LpNormalize, kStepCost, {.squares = context.attributes.Int("p") == 2});
}
StatusOr<NodeResult> MakeCumSum(const NodeContext& context) {
  return Make(context, CumSum, kStepCost,
              {.exclusive = context.attributes.Int("exclusive") != 0,
               .reverse = context.attributes.Int("reverse") != 0});
}

}  // namespace dc::runtime
