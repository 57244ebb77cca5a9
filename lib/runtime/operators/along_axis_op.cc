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
  size_t count, stride;
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

}  // namespace

StatusOr<NodeResult> MakeAlongAxis(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  const Shape& shape = context.output;
  const format::Attributes& attributes = context.attributes;
  const size_t axis = *op::Axis(attributes.Int("axis"), shape.size());
  Row row{.count = static_cast<size_t>(shape[axis]),
          .stride = static_cast<size_t>(CheckedSize(shape, axis + 1, shape.size()))};
  RowFunction* apply = nullptr;
  double cost = 20;  // of an exponential
  switch (context.node.op) {
    case format::Op::kSoftmax:
      apply = Softmax;
      break;
    case format::Op::kLogSoftmax:
      apply = LogSoftmax;
      break;
    case format::Op::kHardmax:
      apply = Hardmax;
      cost = 2;
      break;
    case format::Op::kLpNormalization:
      apply = LpNormalize;
      row.squares = attributes.Int("p") == 2;
      cost = 5;
      break;
    default:
      apply = CumSum;
      row.exclusive = attributes.Int("exclusive") != 0;
      row.reverse = attributes.Int("reverse") != 0;
      cost = 2;
      break;
  }
  NodeResult result;
  result.kernel = std::make_unique<AlongAxisOp>(
      apply, row, static_cast<size_t>(CheckedSize(shape, 0, axis)), cost, context.max_chunks);
  return result;
}

}  // namespace dc::runtime
