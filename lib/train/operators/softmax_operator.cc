// Softmax and LogSoftmax inside a network (a final one is part of the loss), on oneDNN.
#include "train/build/node_builder.h"

namespace dc::train {
namespace {

template <typename ForwardPass, typename BackwardPass>
class SoftmaxKernel : public OperatorKernel {
 public:
  SoftmaxKernel(NodeBuilder* builder, const Value& x, const Value& y, int axis)
      : x_(x.data, PlainDesc(x.shape)) {
    const auto layout = PlainDesc(x.shape);
    const auto prop = builder->training() ? dnnl::prop_kind::forward_training
                                          : dnnl::prop_kind::forward_inference;
    const typename ForwardPass::primitive_desc forward({prop, layout, axis}, UserScratchpad(),
                                                       CpuEngine());
    forward_ = Call(ForwardPass(forward), forward.scratchpad_desc(),
                    {{DNNL_ARG_SRC, x_.memory()}, {DNNL_ARG_DST, y.data}});
    if (!y.gradient) return;
    dx_ = builder->InputGradient(0, layout);
    if (!dx_.needed()) return;
    const typename BackwardPass::primitive_desc backward({layout, layout, axis}, UserScratchpad(),
                                                         CpuEngine(), forward);
    backward_ = Call(BackwardPass(backward), backward.scratchpad_desc(),
                     {{DNNL_ARG_DST, y.data},
                      {DNNL_ARG_DIFF_DST, y.gradient},
                      {DNNL_ARG_DIFF_SRC, dx_.memory()}});
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    forward_.Run(stream);
  }
  void Backward(dnnl::stream& stream) override {
    backward_.Run(stream);
    dx_.Flush(stream);
  }

 private:
  InputView x_;
  Call forward_, backward_;
  GradientSink dx_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeSoftmax(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  const size_t axis = *op::Axis(builder->attributes().Int("axis"), x->shape.size());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(x->shape, PlainDesc(x->shape)));
  if (&builder->record() == &op::kLogSoftmax) {
    using Kernel = SoftmaxKernel<dnnl::logsoftmax_forward, dnnl::logsoftmax_backward>;
    return std::unique_ptr<OperatorKernel>(
        std::make_unique<Kernel>(builder, *x, *y, static_cast<int>(axis)));
  }
  using Kernel = SoftmaxKernel<dnnl::softmax_forward, dnnl::softmax_backward>;
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<Kernel>(builder, *x, *y, static_cast<int>(axis)));
}

}  // namespace dc::train
