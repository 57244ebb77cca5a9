// Add and Mul: of two activations of one shape (residual sums, gates), or of an activation and a
// parameter that broadcasts over the samples (a bias, a scale).
#include <algorithm>

#include "train/build/broadcast.h"
#include "train/operators/copy_operator.h"

namespace dc::train {
namespace {

// z = a + b or z = a * b, both computed.
class PairKernel : public OperatorKernel {
 public:
  PairKernel(NodeBuilder* builder, const Value& a, const Value& b, const Value& z, bool add)
      : add_(add), a_(a.data), b_(b.data, a.data.get_desc()), z_(z) {
    const auto layout = a.data.get_desc();
    if (!z.gradient) return;
    if (add) {
      copies_[0] = builder->InputGradientCopy(0, z.gradient);
      copies_[1] = builder->InputGradientCopy(1, z.gradient);
    } else {
      da_ = builder->InputGradient(0, layout);
      db_ = builder->InputGradient(1, layout);
    }
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    b_.Refresh(stream);
    const float* a = Floats(a_);
    const float* b = Floats(b_.memory());
    float* z = Floats(z_.data);
    const size_t count = PhysicalCount(a_.get_desc());
    if (add_) {
      for (size_t i = 0; i < count; ++i) z[i] = a[i] + b[i];
    } else {
      for (size_t i = 0; i < count; ++i) z[i] = a[i] * b[i];
    }
  }

  void Backward(dnnl::stream& stream) override {
    copies_[1].Run(stream);
    copies_[0].Run(stream);
    Multiply(db_, Floats(a_), stream);
    Multiply(da_, Floats(b_.memory()), stream);
  }

 private:
  // sink = dz * factor.
  void Multiply(const GradientSink& sink, const float* factor, dnnl::stream& stream) const {
    if (!sink.needed()) return;
    const float* dz = Floats(z_.gradient);
    float* out = Floats(sink.memory());
    const size_t count = PhysicalCount(a_.get_desc());
    for (size_t i = 0; i < count; ++i) out[i] = dz[i] * factor[i];
    sink.Flush(stream);
  }

  const bool add_;
  dnnl::memory a_;
  InputView b_;
  const Value& z_;
  Copy copies_[2];
  GradientSink da_, db_;
};

// z = x + p[map] or z = x * p[map], sample by sample, in plain layout.
class BroadcastKernel : public OperatorKernel {
 public:
  BroadcastKernel(NodeBuilder* builder, size_t x_index, const Value& x, const Value& z,
                  const Parameter& parameter, std::vector<uint32_t> map, bool add)
      : add_(add),
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
      if (add_) {
        for (size_t i = 0; i < n; ++i) z[i] = x[i] + p_[map_[i]];
      } else {
        for (size_t i = 0; i < n; ++i) z[i] = x[i] * p_[map_[i]];
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
        for (size_t i = 0; i < n; ++i) dp[map_[i]] += add_ ? dz[i] : dz[i] * x[i];
      }
      dp_.Flush(stream);
    }
    if (dx_.needed()) {
      float* dx = Floats(dx_.memory());
      const float* dz = Floats(z_.gradient);
      for (int64_t s = 0; s < batch_; ++s, dx += n, dz += n) {
        for (size_t i = 0; i < n; ++i) dx[i] = add_ ? dz[i] : dz[i] * p_[map_[i]];
      }
      dx_.Flush(stream);
    }
  }

 private:
  const bool add_;
  const int64_t batch_;
  const size_t size_;
  const std::vector<uint32_t> map_;
  InputView x_;
  const float* p_;
  const Value& z_;
  GradientSink dx_, dp_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeBinary(NodeBuilder* builder) {
  const bool add = builder->node().op == "Add";
  if (builder->IsConstant(0) || builder->IsConstant(1)) {
    const size_t x_index = builder->IsConstant(0) ? 1 : 0;
    DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(x_index));
    DC_ASSIGN_OR_RETURN(const Parameter* parameter, builder->ParameterAt(1 - x_index));
    DC_ASSIGN_OR_RETURN(auto map, BroadcastMap(*builder, x->shape, *parameter));
    DC_ASSIGN_OR_RETURN(const Value* z, builder->Output(x->shape, PlainDesc(x->shape)));
    return std::unique_ptr<OperatorKernel>(std::make_unique<BroadcastKernel>(
        builder, x_index, *x, *z, *parameter, std::move(map), add));
  }
  DC_ASSIGN_OR_RETURN(const Value* a, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const Value* b, builder->Input(1));
  if (a->shape != b->shape) {
    return builder->NotCovered("inputs of different shapes " + ShapeText(a->shape) + " and " +
                               ShapeText(b->shape));
  }
  DC_ASSIGN_OR_RETURN(const Value* z, builder->Output(a->shape, a->data.get_desc()));
  return std::unique_ptr<OperatorKernel>(std::make_unique<PairKernel>(builder, *a, *b, *z, add));
}

}  // namespace dc::train
