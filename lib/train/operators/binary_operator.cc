// Add, Sub, Mul and Div: of two activations of one shape (residual sums, gates), or of an
// activation and a constant that broadcasts over the samples (a bias, a scale, a number of the
// formula).
#include <algorithm>

#include "train/build/broadcast.h"
#include "train/operators/copy_operator.h"

namespace dc::train {
namespace {

// z = a OP b of two numbers, and its derivatives.
struct AddPair {
  static float Forward(float a, float b) { return a + b; }
  static float ToLeft(float, float) { return 1.0f; }
  static float ToRight(float, float) { return 1.0f; }
};
struct SubPair {
  static float Forward(float a, float b) { return a - b; }
  static float ToLeft(float, float) { return 1.0f; }
  static float ToRight(float, float) { return -1.0f; }
};
struct MulPair {
  static float Forward(float a, float b) { return a * b; }
  static float ToLeft(float, float b) { return b; }
  static float ToRight(float a, float) { return a; }
};
struct DivPair {
  static float Forward(float a, float b) { return a / b; }
  static float ToLeft(float, float b) { return 1.0f / b; }
  static float ToRight(float a, float b) { return -a / (b * b); }
};

// Both operands are computed.
template <typename Pair>
class PairKernel : public OperatorKernel {
 public:
  PairKernel(NodeBuilder* builder, const Value& a, const Value& b, const Value& z)
      : a_(a.data), b_(b.data, a.data.get_desc()), z_(z) {
    const auto layout = a.data.get_desc();
    if (!z.gradient) return;
    da_ = builder->InputGradient(0, layout);
    db_ = builder->InputGradient(1, layout);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    b_.Refresh(stream);
    const float* a = Floats(a_);
    const float* b = Floats(b_.memory());
    float* z = Floats(z_.data);
    const size_t count = PhysicalCount(a_.get_desc());
    for (size_t i = 0; i < count; ++i) z[i] = Pair::Forward(a[i], b[i]);
  }

  void Backward(dnnl::stream& stream) override {
    Push(db_, Pair::ToRight, stream);
    Push(da_, Pair::ToLeft, stream);
  }

 private:
  // sink = dz * derivative.
  template <typename Derivative>
  void Push(const GradientSink& sink, Derivative derivative, dnnl::stream& stream) const {
    if (!sink.needed()) return;
    const float* a = Floats(a_);
    const float* b = Floats(b_.memory());
    const float* dz = Floats(z_.gradient);
    float* out = Floats(sink.memory());
    const size_t count = PhysicalCount(a_.get_desc());
    for (size_t i = 0; i < count; ++i) out[i] = dz[i] * derivative(a[i], b[i]);
    sink.Flush(stream);
  }

  dnnl::memory a_;
  InputView b_;
  const Value& z_;
  GradientSink da_, db_;
};

// The sum of two computed operands: gradients are copies.
class SumKernel : public OperatorKernel {
 public:
  SumKernel(NodeBuilder* builder, const Value& a, const Value& b, const Value& z)
      : a_(a.data), b_(b.data, a.data.get_desc()), z_(z) {
    if (!z.gradient) return;
    copies_[0] = builder->InputGradientCopy(0, z.gradient);
    copies_[1] = builder->InputGradientCopy(1, z.gradient);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    b_.Refresh(stream);
    const float* a = Floats(a_);
    const float* b = Floats(b_.memory());
    float* z = Floats(z_.data);
    const size_t count = PhysicalCount(a_.get_desc());
    for (size_t i = 0; i < count; ++i) z[i] = a[i] + b[i];
  }

  void Backward(dnnl::stream& stream) override {
    copies_[1].Run(stream);
    copies_[0].Run(stream);
  }

 private:
  dnnl::memory a_;
  InputView b_;
  const Value& z_;
  Copy copies_[2];
};

// One operand is a parameter p: z = x OP p[map], or p[map] OP x where the parameter is on the left,
// sample by sample, in plain layout.
template <typename Pair>
class BroadcastKernel : public OperatorKernel {
 public:
  BroadcastKernel(NodeBuilder* builder, size_t x_index, const Value& x, const Value& z,
                  const Parameter& parameter, std::vector<uint32_t> map)
      : left_(x_index == 0),
        batch_(x.shape[0]),
        size_(parameter.size),
        map_(std::move(map)),
        x_(x.data, PlainDesc(x.shape)),
        p_(Floats(builder->ParameterMemory(parameter, PlainDesc(parameter.shape)))),
        z_(z) {
    if (!z.gradient) return;
    dx_ = builder->InputGradient(x_index, PlainDesc(x.shape));
    dp_ = builder->ParameterGradient(parameter);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    const float* x = Floats(x_.memory());
    float* z = Floats(z_.data);
    const size_t n = map_.size();
    for (int64_t s = 0; s < batch_; ++s, x += n, z += n) {
      if (left_) {
        for (size_t i = 0; i < n; ++i) z[i] = Pair::Forward(x[i], p_[map_[i]]);
      } else {
        for (size_t i = 0; i < n; ++i) z[i] = Pair::Forward(p_[map_[i]], x[i]);
      }
    }
  }

  void Backward(dnnl::stream& stream) override {
    const size_t n = map_.size();
    if (dp_.needed()) {
      float* dp = Floats(dp_.memory());
      std::fill(dp, dp + size_, 0.0f);
      const float* dz = Floats(z_.gradient);
      const float* x = Floats(x_.memory());
      for (int64_t s = 0; s < batch_; ++s, x += n, dz += n) {
        for (size_t i = 0; i < n; ++i) dp[map_[i]] += dz[i] * ToParameter(x[i], p_[map_[i]]);
      }
      dp_.Flush(stream);
    }
    if (dx_.needed()) {
      float* dx = Floats(dx_.memory());
      const float* dz = Floats(z_.gradient);
      const float* x = Floats(x_.memory());
      for (int64_t s = 0; s < batch_; ++s, dx += n, dz += n, x += n) {
        for (size_t i = 0; i < n; ++i) dx[i] = dz[i] * ToInput(x[i], p_[map_[i]]);
      }
      dx_.Flush(stream);
    }
  }

 private:
  float ToInput(float x, float p) const { return left_ ? Pair::ToLeft(x, p) : Pair::ToRight(p, x); }
  float ToParameter(float x, float p) const {
    return left_ ? Pair::ToRight(x, p) : Pair::ToLeft(p, x);
  }

  const bool left_;  // x is
  const int64_t batch_;
  const size_t size_;
  const std::vector<uint32_t> map_;
  InputView x_;
  const float* p_;
  const Value& z_;
  GradientSink dx_, dp_;
};

template <typename Pair, typename Computed = PairKernel<Pair>>
StatusOr<std::unique_ptr<OperatorKernel>> Make(NodeBuilder* builder) {
  if (builder->IsConstant(0) || builder->IsConstant(1)) {
    const size_t x_index = builder->IsConstant(0) ? 1 : 0;
    DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(x_index));
    DC_ASSIGN_OR_RETURN(const Parameter* parameter, builder->ParameterAt(1 - x_index));
    DC_ASSIGN_OR_RETURN(auto map, BroadcastMap(*builder, x->shape, *parameter));
    DC_ASSIGN_OR_RETURN(const Value* z, builder->Output(x->shape, PlainDesc(x->shape)));
    return std::unique_ptr<OperatorKernel>(std::make_unique<BroadcastKernel<Pair>>(
        builder, x_index, *x, *z, *parameter, std::move(map)));
  }
  DC_ASSIGN_OR_RETURN(const Value* a, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const Value* b, builder->Input(1));
  if (a->shape != b->shape) {
    return builder->NotCovered("inputs of different shapes " + ShapeText(a->shape) + " and " +
                               ShapeText(b->shape));
  }
  DC_ASSIGN_OR_RETURN(const Value* z, builder->Output(a->shape, a->data.get_desc()));
  return std::unique_ptr<OperatorKernel>(std::make_unique<Computed>(builder, *a, *b, *z));
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeBinary(NodeBuilder* builder) {
  const op::Operator* record = &builder->record();
  if (record == &op::kAdd) return Make<AddPair, SumKernel>(builder);
  if (record == &op::kSub) return Make<SubPair>(builder);
  if (record == &op::kMul) return Make<MulPair>(builder);
  return Make<DivPair>(builder);
}

}  // namespace dc::train
