// Hardmax, LpNormalization and CumSum: the values along one axis together; in plain loops.
#include <cmath>

#include "train/build/node_builder.h"

namespace dc::train {
namespace {

// `size` values that lie `stride` apart.
struct Row {
  size_t size, stride;
};

class Hardmax {
 public:
  explicit Hardmax(const op::Attributes&) {}

  void Forward(Row row, const float* x, float* y) const {
    size_t at = 0;
    for (size_t i = 1; i < row.size; ++i) {
      if (x[i * row.stride] > x[at * row.stride]) at = i;
    }
    for (size_t i = 0; i < row.size; ++i) y[i * row.stride] = i == at ? 1.0f : 0.0f;
  }
  void Backward(Row row, const float*, const float*, const float*, float* dx) const {
    for (size_t i = 0; i < row.size; ++i) dx[i * row.stride] = 0.0f;
  }
};

class LpNormalization {
 public:
  explicit LpNormalization(const op::Attributes& attributes) : p_(attributes.Int("p")) {}

  void Forward(Row row, const float* x, float* y) const {
    const float norm = Norm(row, x);
    for (size_t i = 0; i < row.size; ++i) {
      y[i * row.stride] = norm == 0 ? 0.0f : x[i * row.stride] / norm;
    }
  }
  // dx = (dy - d norm / dx * sum of dy * y) / norm
  void Backward(Row row, const float* x, const float* y, const float* dy, float* dx) const {
    const float norm = Norm(row, x);
    double along = 0;
    for (size_t i = 0; i < row.size; ++i) along += dy[i * row.stride] * y[i * row.stride];
    for (size_t i = 0; i < row.size * row.stride; i += row.stride) {
      const float sign = static_cast<float>((x[i] > 0) - (x[i] < 0));
      const float direction = p_ == 1 ? sign : y[i];
      dx[i] = norm == 0 ? 0.0f : (dy[i] - direction * static_cast<float>(along)) / norm;
    }
  }

 private:
  float Norm(Row row, const float* x) const {
    double sum = 0;
    for (size_t i = 0; i < row.size; ++i) {
      const double v = x[i * row.stride];
      sum += p_ == 1 ? std::abs(v) : v * v;
    }
    return static_cast<float>(p_ == 1 ? sum : std::sqrt(sum));
  }

  int64_t p_;
};

class CumSum {
 public:
  explicit CumSum(const op::Attributes& attributes)
      : exclusive_(attributes.Int("exclusive") != 0), reverse_(attributes.Int("reverse") != 0) {}

  void Forward(Row row, const float* x, float* y) const { Accumulate(row, x, reverse_, y); }
  // Every value is part of the sums from its place on.
  void Backward(Row row, const float*, const float*, const float* dy, float* dx) const {
    Accumulate(row, dy, !reverse_, dx);
  }

 private:
  void Accumulate(Row row, const float* from, bool backwards, float* to) const {
    double sum = 0;
    for (size_t i = 0; i < row.size; ++i) {
      const size_t at = (backwards ? row.size - 1 - i : i) * row.stride;
      const double before = sum;
      sum += from[at];
      to[at] = static_cast<float>(exclusive_ ? before : sum);
    }
  }

  bool exclusive_, reverse_;
};

template <typename Function>
class AlongAxisKernel : public OperatorKernel {
 public:
  AlongAxisKernel(NodeBuilder* builder, const Value& x, const Value& y, size_t axis)
      : function_(builder->attributes()), x_(x.data, PlainDesc(x.shape)), y_(y) {
    const std::vector<int64_t> after(x.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
                                     x.shape.end());
    row_ = {static_cast<size_t>(x.shape[axis]), static_cast<size_t>(ElementCount(after))};
    count_ = static_cast<size_t>(ElementCount(x.shape));
    if (y.gradient) dx_ = builder->InputGradient(0, PlainDesc(x.shape));
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    const float* x = Floats(x_.memory());
    float* y = Floats(y_.data);
    ForEachRow([&](size_t at) { function_.Forward(row_, x + at, y + at); });
  }

  void Backward(dnnl::stream& stream) override {
    if (!dx_.needed()) return;
    const float* x = Floats(x_.memory());
    const float* y = Floats(y_.data);
    const float* dy = Floats(y_.gradient);
    float* dx = Floats(dx_.memory());
    ForEachRow([&](size_t at) { function_.Backward(row_, x + at, y + at, dy + at, dx + at); });
    dx_.Flush(stream);
  }

 private:
  template <typename Visit>
  void ForEachRow(Visit visit) const {
    for (size_t outer = 0; outer < count_; outer += row_.size * row_.stride) {
      for (size_t inner = 0; inner < row_.stride; ++inner) visit(outer + inner);
    }
  }

  Function function_;
  InputView x_;
  const Value& y_;
  Row row_;
  size_t count_;
  GradientSink dx_;
};

template <typename Function>
StatusOr<std::unique_ptr<OperatorKernel>> Make(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  const size_t axis = *op::Axis(builder->attributes().Int("axis"), x->shape.size());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(x->shape, PlainDesc(x->shape)));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<AlongAxisKernel<Function>>(builder, *x, *y, axis));
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeAlongAxis(NodeBuilder* builder) {
  if (&builder->record() == &op::kHardmax) return Make<Hardmax>(builder);
  if (&builder->record() == &op::kLpNormalization) return Make<LpNormalization>(builder);
  return Make<CumSum>(builder);
}

}  // namespace dc::train
