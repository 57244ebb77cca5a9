// Add, Sub, Mul and Div with broadcasting: of two activations, or of an activation and a constant.
#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// One operand: its values if it is constant, and how far apart elements are along each dimension of
// the output (0 where it is broadcast).
struct Operand {
  std::vector<float> constant;
  std::vector<int64_t> strides;

  bool is_constant() const { return !constant.empty(); }
};

// One row of the output: `count` elements of `lanes` values each. An operand has `step` values from
// one element to the next, and in each either one value per lane or, if it is constant, one for
// all.
struct RowOperand {
  const float* values;
  size_t step;
  bool constant;
};
using CombineRow = void(RowOperand a, RowOperand b, size_t count, size_t lanes, float* y);

template <typename F>
void Combine(RowOperand a, RowOperand b, size_t count, size_t lanes, float* y) {
  const F f;
  for (size_t i = 0; i < count; ++i, a.values += a.step, b.values += b.step, y += lanes) {
    if (a.constant) {
      for (size_t l = 0; l < lanes; ++l) y[l] = f(a.values[0], b.values[l]);
    } else if (b.constant) {
      for (size_t l = 0; l < lanes; ++l) y[l] = f(a.values[l], b.values[0]);
    } else {
      for (size_t l = 0; l < lanes; ++l) y[l] = f(a.values[l], b.values[l]);
    }
  }
}

class ArithmeticOp : public OperatorKernel {
 public:
  // `shape` is that of a sample of the output, of at least one dimension.
  ArithmeticOp(CombineRow* combine, Shape shape, Operand a, Operand b, size_t max_chunks)
      : combine_(combine),
        shape_(std::move(shape)),
        a_(std::move(a)),
        b_(std::move(b)),
        max_chunks_(max_chunks) {
    inner_ = static_cast<size_t>(shape_.back());
    outer_ = static_cast<size_t>(CheckedSize(shape_, 0, shape_.size() - 1));
  }

  void Run(const RunContext& context) const override {
    const float* a = a_.is_constant() ? a_.constant.data() : context.inputs[0];
    const float* b =
        b_.is_constant() ? b_.constant.data() : context.inputs[a_.is_constant() ? 0 : 1];
    const double work = static_cast<double>(outer_ * inner_ * context.lanes);
    ForChunks(context.pool, max_chunks_, outer_, work, [&](size_t, size_t begin, size_t end) {
      for (size_t row = begin; row < end; ++row) {
        float* y = context.output + row * inner_ * context.lanes;
        Row(Start(a_, a, row, context.lanes), Start(b_, b, row, context.lanes), context.lanes, y);
      }
    });
  }

 private:
  // `operand`, whose values are `values`, along output row `row`.
  RowOperand Start(const Operand& operand, const float* values, size_t row, size_t lanes) const {
    int64_t at = 0;
    for (size_t d = shape_.size() - 1; d-- > 0;) {
      const size_t extent = static_cast<size_t>(shape_[d]);
      at += static_cast<int64_t>(row % extent) * operand.strides[d];
      row /= extent;
    }
    // A constant has one value where an activation has one per lane.
    const size_t unit = operand.is_constant() ? 1 : lanes;
    return {values + static_cast<size_t>(at) * unit,
            static_cast<size_t>(operand.strides.back()) * unit, operand.is_constant()};
  }

  void Row(RowOperand a, RowOperand b, size_t lanes, float* y) const {
    // Whole elements one after the other are one element with as many lanes; a single sample's
    // operands are what they are along the row, constant or not.
    if (lanes == 1) {
      a.constant = a.step == 0;
      b.constant = b.step == 0;
    }
    if (lanes == 1 || (!a.constant && !b.constant && a.step == lanes && b.step == lanes)) {
      combine_(a, b, 1, inner_ * lanes, y);
    } else {
      combine_(a, b, inner_, lanes, y);
    }
  }

  CombineRow* combine_;
  Shape shape_;
  Operand a_, b_;
  size_t outer_, inner_;
  size_t max_chunks_;
};

// The shape of input `i` among values of `rank` dimensions: ones in front.
Shape Align(const NodeContext& context, size_t i, size_t rank) {
  Shape shape = context.inputs[i].shape;
  shape.insert(shape.begin(), rank - shape.size(), 1);
  return shape;
}

std::vector<int64_t> BroadcastStrides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    strides[d] = shape[d] == 1 ? 0 : stride;
    stride *= shape[d];
  }
  return strides;
}

StatusOr<NodeResult> Make(const NodeContext& context, CombineRow* combine) {
  if (!context.IsActivation(0) && !context.IsActivation(1)) {
    return Unsupported("both operands are constants", "", "fold them into the model first");
  }
  Shape shape = context.output;
  std::array<Operand, 2> operands;
  for (size_t i = 0; i < 2; ++i) {
    const Shape own = Align(context, i, shape.size());
    operands[i].strides = BroadcastStrides(own);
    if (context.IsActivation(i)) continue;
    DC_ASSIGN_OR_RETURN(operands[i].constant, context.Values(i, CheckedSize(own)));
  }
  if (shape.empty()) {
    // One value: run as a vector of length 1.
    shape = {1};
    for (Operand& operand : operands) operand.strides = {0};
  }
  NodeResult result;
  result.kernel = std::make_unique<ArithmeticOp>(combine, shape, std::move(operands[0]),
                                                 std::move(operands[1]), context.max_chunks);
  return result;
}

}  // namespace

StatusOr<NodeResult> MakeAdd(const NodeContext& context) {
  return Make(context, Combine<std::plus<float>>);
}

StatusOr<NodeResult> MakeSub(const NodeContext& context) {
  return Make(context, Combine<std::minus<float>>);
}

StatusOr<NodeResult> MakeMul(const NodeContext& context) {
  return Make(context, Combine<std::multiplies<float>>);
}

StatusOr<NodeResult> MakeDiv(const NodeContext& context) {
  return Make(context, Combine<std::divides<float>>);
}

}  // namespace dc::runtime
