// Add, Sub and Mul with broadcasting: of two activations, or of an activation and a constant.
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "runtime/chunks.h"
#include "runtime/ops/registry.h"

namespace dc::runtime {
namespace {

// One operand: its values if it is constant, and how far apart elements are along each dimension of
// the output (0 where it is broadcast).
struct Operand {
  std::vector<float> constant;
  std::vector<int64_t> strides;

  bool is_constant() const { return !constant.empty(); }
};

template <typename F>
class ArithmeticOp : public Op {
 public:
  // `shape` is that of a sample of the output, of at least one dimension.
  ArithmeticOp(Shape shape, Operand a, Operand b, size_t max_chunks)
      : shape_(std::move(shape)), a_(std::move(a)), b_(std::move(b)), max_chunks_(max_chunks) {
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
        Row(row, context.lanes, a, b, y);
      }
    });
  }

 private:
  // Element of `operand` at the start of output row `row`.
  size_t Start(const Operand& operand, size_t row) const {
    int64_t at = 0;
    for (size_t d = shape_.size() - 1; d-- > 0;) {
      const size_t extent = static_cast<size_t>(shape_[d]);
      at += static_cast<int64_t>(row % extent) * operand.strides[d];
      row /= extent;
    }
    return static_cast<size_t>(at);
  }

  void Row(size_t row, size_t lanes, const float* a, const float* b, float* y) const {
    const F f;
    // A constant has one value where an activation has one a lane.
    const size_t a_unit = a_.is_constant() ? 1 : lanes;
    const size_t b_unit = b_.is_constant() ? 1 : lanes;
    a += Start(a_, row) * a_unit;
    b += Start(b_, row) * b_unit;
    const size_t a_step = static_cast<size_t>(a_.strides.back()) * a_unit;
    const size_t b_step = static_cast<size_t>(b_.strides.back()) * b_unit;
    if (a_unit == lanes && b_unit == lanes && a_step == lanes && b_step == lanes) {
      for (size_t i = 0; i < inner_ * lanes; ++i) y[i] = f(a[i], b[i]);
      return;
    }
    for (size_t i = 0; i < inner_; ++i, a += a_step, b += b_step, y += lanes) {
      if (a_.is_constant()) {
        for (size_t l = 0; l < lanes; ++l) y[l] = f(a[0], b[l]);
      } else if (b_.is_constant()) {
        for (size_t l = 0; l < lanes; ++l) y[l] = f(a[l], b[0]);
      } else {
        for (size_t l = 0; l < lanes; ++l) y[l] = f(a[l], b[l]);
      }
    }
  }

  Shape shape_;
  Operand a_, b_;
  size_t outer_, inner_;
  size_t max_chunks_;
};

struct AddValues {
  float operator()(float a, float b) const { return a + b; }
};
struct SubtractValues {
  float operator()(float a, float b) const { return a - b; }
};
struct MultiplyValues {
  float operator()(float a, float b) const { return a * b; }
};

// The shape of input `i` among samples of `rank` dimensions: ones in front of a constant. Dimension
// 0 of a value with rank + 1 dimensions is the batch.
StatusOr<Shape> Align(const NodeContext& context, size_t i, size_t rank) {
  Shape shape = context.inputs[i].shape;
  if (context.IsActivation(i)) {
    if (shape.size() == rank) return shape;
    return Unsupported(
        "an activation of shape Nx" + DescribeShape(shape) + " would be broadcast along its batch",
        "", "give both operands the same number of dimensions");
  }
  if (shape.size() == rank + 1) {
    if (shape[0] != 1) return BadShape(context, i, "1 along the batch");
    shape.erase(shape.begin());
  }
  if (shape.size() > rank) {
    return BadShape(context, i, "at most as many dimensions as the activation");
  }
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

}  // namespace

StatusOr<NodeResult> MakeArithmetic(const NodeContext& context) {
  size_t rank = 0;
  for (size_t i = 0; i < 2; ++i) {
    if (context.IsActivation(i)) rank = std::max(rank, context.inputs[i].shape.size());
  }
  if (!context.IsActivation(0) && !context.IsActivation(1)) {
    return Unsupported("both operands are constants", "", "fold them into the model first");
  }
  std::array<Operand, 2> operands;
  std::array<Shape, 2> shapes;
  for (size_t i = 0; i < 2; ++i) {
    DC_ASSIGN_OR_RETURN(shapes[i], Align(context, i, rank));
    operands[i].strides = BroadcastStrides(shapes[i]);
    if (context.IsActivation(i)) continue;
    DC_ASSIGN_OR_RETURN(operands[i].constant, context.Values(i, CheckedSize(shapes[i])));
  }
  Shape shape(rank);
  for (size_t d = 0; d < rank; ++d) {
    shape[d] = std::max(shapes[0][d], shapes[1][d]);
    if (std::min(shapes[0][d], shapes[1][d]) != shape[d] && shapes[0][d] != 1 &&
        shapes[1][d] != 1) {
      return BadShape(context, 1, "one that broadcasts with " + DescribeShape(shapes[0]));
    }
  }
  NodeResult result{.shape = shape};
  if (shape.empty()) {
    // One value a sample: run as a vector of length 1.
    shape = {1};
    for (Operand& operand : operands) operand.strides = {0};
  }
  const auto make = [&](auto f) {
    result.op = std::make_unique<ArithmeticOp<decltype(f)>>(
        shape, std::move(operands[0]), std::move(operands[1]), context.max_chunks);
  };
  if (context.node.op == format::Op::kAdd) {
    make(AddValues());
  } else if (context.node.op == format::Op::kSub) {
    make(SubtractValues());
  } else {
    make(MultiplyValues());
  }
  return result;
}

}  // namespace dc::runtime
