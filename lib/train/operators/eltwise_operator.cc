// Relu, LeakyRelu, Elu, HardSwish, Sigmoid, Tanh and Clip, on oneDNN.
#include "train/build/node_builder.h"

namespace dc::train {
namespace {

// y = f(x), value by value, with f's two settings.
struct Function {
  dnnl::algorithm algorithm;
  float alpha = 0.0f, beta = 0.0f;
};

class EltwiseKernel : public OperatorKernel {
 public:
  EltwiseKernel(NodeBuilder* builder, const Value& x, const Value& y, const Function& f) {
    const auto layout = x.data.get_desc();
    const auto prop = builder->training() ? dnnl::prop_kind::forward_training
                                          : dnnl::prop_kind::forward_inference;
    const dnnl::eltwise_forward::primitive_desc forward(
        {prop, f.algorithm, layout, f.alpha, f.beta}, UserScratchpad(), CpuEngine());
    forward_ = Call(dnnl::eltwise_forward(forward), forward.scratchpad_desc(),
                    {{DNNL_ARG_SRC, x.data}, {DNNL_ARG_DST, y.data}});
    if (!y.gradient) return;
    dx_ = builder->InputGradient(0, layout);
    if (!dx_.needed()) return;
    const dnnl::eltwise_backward::primitive_desc backward(
        {f.algorithm, layout, layout, f.alpha, f.beta}, UserScratchpad(), CpuEngine(), forward);
    backward_ = Call(dnnl::eltwise_backward(backward), backward.scratchpad_desc(),
                     {{DNNL_ARG_SRC, x.data},
                      {DNNL_ARG_DIFF_DST, y.gradient},
                      {DNNL_ARG_DIFF_SRC, dx_.memory()}});
  }

  void Forward(dnnl::stream& stream, const StepContext&) override { forward_.Run(stream); }
  void Backward(dnnl::stream& stream) override {
    backward_.Run(stream);
    dx_.Flush(stream);
  }

 private:
  Call forward_, backward_;
  GradientSink dx_;
};

StatusOr<Function> FunctionOf(const NodeBuilder& builder) {
  const op::Operator* record = &builder.record();
  const op::Attributes& attributes = builder.attributes();
  using dnnl::algorithm;
  if (record == &op::kRelu) return Function{algorithm::eltwise_relu};
  if (record == &op::kLeakyRelu) {
    return Function{algorithm::eltwise_relu, attributes.Float("alpha")};
  }
  if (record == &op::kElu) return Function{algorithm::eltwise_elu, attributes.Float("alpha")};
  if (record == &op::kHardSwish) return Function{algorithm::eltwise_hardswish};
  if (record == &op::kSigmoid) return Function{algorithm::eltwise_logistic};
  if (record == &op::kTanh) return Function{algorithm::eltwise_tanh};
  const Function clip{algorithm::eltwise_clip, attributes.Float("min"), attributes.Float("max")};
  if (!(clip.alpha <= clip.beta)) return builder.Invalid("min is greater than max");
  return clip;
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeEltwise(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const Function function, FunctionOf(*builder));
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(x->shape, x->data.get_desc()));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<EltwiseKernel>(builder, *x, *y, function));
}

}  // namespace dc::train
