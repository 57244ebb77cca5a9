// Reductions: one value for all along some axes; in plain loops.
#include <algorithm>
#include <cmath>
#include <limits>

#include "op/reduce.h"
#include "train/build/node_builder.h"

namespace dc::train {
namespace {

// The values that are taken together, one after the other.
class Group {
 public:
  Group(const float* base, const std::vector<uint32_t>& offsets) : base_(base), offsets_(offsets) {}
  size_t size() const { return offsets_.size(); }
  float operator[](size_t i) const { return base_[offsets_[i]]; }

 private:
  const float* base_;
  const std::vector<uint32_t>& offsets_;
};

// Each has the value of a group, and the derivatives by its values x, given the value y: Slopes
// says what they have in common, Slope adds x.
struct Sum {
  static float Forward(const Group& x) {
    double sum = 0;
    for (size_t i = 0; i < x.size(); ++i) sum += x[i];
    return static_cast<float>(sum);
  }
  static float Slopes(const Group&, float) { return 1.0f; }
  static float Slope(float, float, float common) { return common; }
};
struct Mean {
  static float Forward(const Group& x) { return Sum::Forward(x) / static_cast<float>(x.size()); }
  static float Slopes(const Group& x, float) { return 1.0f / static_cast<float>(x.size()); }
  static float Slope(float, float, float common) { return common; }
};
// The largest value, or the smallest; several that are share the gradient.
template <bool largest>
struct Extreme {
  static float Forward(const Group& x) {
    float y = x[0];
    for (size_t i = 1; i < x.size(); ++i) {
      if ((largest ? x[i] > y : x[i] < y) || std::isnan(x[i])) y = x[i];
    }
    return y;
  }
  static float Slopes(const Group& x, float y) {
    size_t count = 0;
    for (size_t i = 0; i < x.size(); ++i) count += x[i] == y;
    return count > 0 ? 1.0f / static_cast<float>(count) : 0.0f;
  }
  static float Slope(float x, float y, float common) { return x == y ? common : 0.0f; }
};
struct Product {
  static float Forward(const Group& x) {
    double product = 1;
    for (size_t i = 0; i < x.size(); ++i) product *= x[i];
    return static_cast<float>(product);
  }
  // The product of the others, where at most one value is 0; NaN says that none is.
  static float Slopes(const Group& x, float) {
    double others = 1;
    size_t zeros = 0;
    for (size_t i = 0; i < x.size(); ++i) (x[i] == 0 ? ++zeros, 1.0 : others *= x[i]);
    if (zeros == 0) return std::numeric_limits<float>::quiet_NaN();
    return zeros == 1 ? static_cast<float>(others) : 0.0f;
  }
  static float Slope(float x, float y, float common) {
    if (std::isnan(common)) return y / x;
    return x == 0 ? common : 0.0f;
  }
};
struct LogSumExp {
  static float Forward(const Group& x) {
    const float largest = Extreme<true>::Forward(x);
    if (std::isinf(largest)) return largest;
    double sum = 0;
    for (size_t i = 0; i < x.size(); ++i) sum += std::exp(x[i] - largest);
    return largest + static_cast<float>(std::log(sum));
  }
  static float Slopes(const Group&, float) { return 1.0f; }
  static float Slope(float x, float y, float) { return std::exp(x - y); }
};
// The place of the largest value, the first or the last of several.
template <bool last>
struct ArgMax {
  static float Forward(const Group& x) {
    size_t at = 0;
    for (size_t i = 1; i < x.size(); ++i) {
      if (last ? x[i] >= x[at] : x[i] > x[at]) at = i;
    }
    return static_cast<float>(at);
  }
  static float Slopes(const Group&, float) { return 0.0f; }
  static float Slope(float, float, float) { return 0.0f; }
};

// Where the groups of a row-major value begin, and the places of a group's values from there.
struct Groups {
  std::vector<uint32_t> begins = {0}, inside = {0};

  Groups(const std::vector<int64_t>& shape, const std::vector<bool>& reduced) {
    size_t stride = static_cast<size_t>(ElementCount(shape));
    for (size_t d = 0; d < shape.size(); ++d) {
      stride /= static_cast<size_t>(shape[d]);
      std::vector<uint32_t>& offsets = reduced[d] ? inside : begins;
      std::vector<uint32_t> longer;
      for (const uint32_t offset : offsets) {
        for (size_t i = 0; i < static_cast<size_t>(shape[d]); ++i) {
          longer.push_back(offset + static_cast<uint32_t>(i * stride));
        }
      }
      offsets = std::move(longer);
    }
  }
};

template <typename Function>
class ReduceKernel : public OperatorKernel {
 public:
  ReduceKernel(NodeBuilder* builder, const Value& x, const Value& y, Groups groups)
      : x_(x.data, PlainDesc(x.shape)), y_(y), groups_(std::move(groups)) {
    if (y.gradient) dx_ = builder->InputGradient(0, PlainDesc(x.shape));
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    float* y = Floats(y_.data);
    for (size_t g = 0; g < groups_.begins.size(); ++g) y[g] = Function::Forward(At(g));
  }

  void Backward(dnnl::stream& stream) override {
    if (!dx_.needed()) return;
    const float* y = Floats(y_.data);
    const float* dy = Floats(y_.gradient);
    float* dx = Floats(dx_.memory());
    for (size_t g = 0; g < groups_.begins.size(); ++g) {
      const Group x = At(g);
      const float common = Function::Slopes(x, y[g]);
      for (size_t i = 0; i < x.size(); ++i) {
        dx[groups_.begins[g] + groups_.inside[i]] = dy[g] * Function::Slope(x[i], y[g], common);
      }
    }
    dx_.Flush(stream);
  }

 private:
  Group At(size_t g) const { return {Floats(x_.memory()) + groups_.begins[g], groups_.inside}; }

  InputView x_;
  const Value& y_;
  const Groups groups_;
  GradientSink dx_;
};

template <typename Function>
StatusOr<std::unique_ptr<OperatorKernel>> Make(NodeBuilder* builder,
                                               const std::vector<bool>& reduced) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<ReduceKernel<Function>>(builder, *x, *y, Groups(x->shape, reduced)));
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeReduce(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  const op::Operator* record = &builder->record();
  const op::Attributes& attributes = builder->attributes();
  const size_t rank = x->shape.size();
  if (record == &op::kArgMax) {
    std::vector<bool> reduced(rank, false);
    reduced[*op::Axis(attributes.Int("axis"), rank)] = true;
    return attributes.Int("select_last_index") != 0 ? Make<ArgMax<true>>(builder, reduced)
                                                    : Make<ArgMax<false>>(builder, reduced);
  }
  const std::vector<bool> reduced = op::ReducedAxes(attributes, rank);
  if (record == &op::kReduceSum) return Make<Sum>(builder, reduced);
  if (record == &op::kReduceMean) return Make<Mean>(builder, reduced);
  if (record == &op::kReduceMax) return Make<Extreme<true>>(builder, reduced);
  if (record == &op::kReduceMin) return Make<Extreme<false>>(builder, reduced);
  if (record == &op::kReduceProd) return Make<Product>(builder, reduced);
  return Make<LogSumExp>(builder, reduced);
}

}  // namespace dc::train
