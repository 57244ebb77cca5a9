// Functions of one value that oneDNN does not have: those of op/unary.inc, in plain loops.
#include "op/unary_functions.h"
#include "train/build/node_builder.h"

namespace dc::train {
namespace {

template <typename Function>
class UnaryKernel : public OperatorKernel {
 public:
  UnaryKernel(NodeBuilder* builder, const Value& x, const Value& y)
      : x_(x.data, y.data.get_desc()),
        y_(y),
        settings_(op::ReadUnarySettings(builder->record(), builder->attributes())) {
    if (y.gradient) dx_ = builder->InputGradient(0, y.data.get_desc());
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    const auto [p, q] = settings_;
    const float* x = Floats(x_.memory());
    float* y = Floats(y_.data);
    const size_t count = PhysicalCount(y_.data.get_desc());
    for (size_t i = 0; i < count; ++i) y[i] = Function::Value(x[i], p, q);
  }

  void Backward(dnnl::stream& stream) override {
    if (!dx_.needed()) return;
    const auto [p, q] = settings_;
    const float* x = Floats(x_.memory());
    const float* y = Floats(y_.data);
    const float* dy = Floats(y_.gradient);
    float* dx = Floats(dx_.memory());
    const size_t count = PhysicalCount(y_.data.get_desc());
    for (size_t i = 0; i < count; ++i) dx[i] = dy[i] * Function::Slope(x[i], y[i], p, q);
    dx_.Flush(stream);
  }

 private:
  InputView x_;
  const Value& y_;
  const op::UnarySettings settings_;
  GradientSink dx_;
};

template <typename Function>
std::unique_ptr<OperatorKernel> Make(NodeBuilder* builder, const Value& x, const Value& y) {
  return std::make_unique<UnaryKernel<Function>>(builder, x, y);
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeUnary(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(x->shape, UnpaddedDesc(x->data, x->shape)));
  const op::Operator* record = &builder->record();
#define DC_UNARY(name, opset, traits, specs, cost) \
  if (record == &op::k##name) return Make<op::unary::name>(builder, *x, *y);
#include "op/unary.inc"
  return builder->NotCovered("a function that is not listed");
}

}  // namespace dc::train
