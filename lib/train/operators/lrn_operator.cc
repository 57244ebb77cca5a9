// LRN: local response normalisation across channels (Krizhevsky et al. 2012), on oneDNN.
#include "train/build/node_builder.h"

namespace dc::train {
namespace {

class LrnKernel : public OperatorKernel {
 public:
  LrnKernel(NodeBuilder* builder, const Value& x, const Value& y) {
    const op::Attributes& attributes = builder->attributes();
    const auto layout = x.data.get_desc();
    const auto across = dnnl::algorithm::lrn_across_channels;
    const int64_t size = attributes.Int("size");
    const float alpha = attributes.Float("alpha");
    const float beta = attributes.Float("beta");
    const float k = attributes.Float("bias");
    const auto prop = builder->training() ? dnnl::prop_kind::forward_training
                                          : dnnl::prop_kind::forward_inference;
    const dnnl::lrn_forward::primitive_desc forward({prop, across, layout, size, alpha, beta, k},
                                                    UserScratchpad(), CpuEngine());
    const auto workspace = NewMemory(forward.workspace_desc());
    forward_ =
        Call(dnnl::lrn_forward(forward), forward.scratchpad_desc(),
             {{DNNL_ARG_SRC, x.data}, {DNNL_ARG_DST, y.data}, {DNNL_ARG_WORKSPACE, workspace}});
    if (!y.gradient) return;
    dx_ = builder->InputGradient(0, layout);
    if (!dx_.needed()) return;
    const dnnl::lrn_backward::primitive_desc backward(
        {across, layout, layout, size, alpha, beta, k}, UserScratchpad(), CpuEngine(), forward);
    backward_ = Call(dnnl::lrn_backward(backward), backward.scratchpad_desc(),
                     {{DNNL_ARG_SRC, x.data},
                      {DNNL_ARG_DIFF_DST, y.gradient},
                      {DNNL_ARG_WORKSPACE, workspace},
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

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeLrn(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  const int64_t size = builder->attributes().Int("size");
  if (x->shape.size() < 3 || x->shape.size() > 5 || size < 1 || size > 1024 || size % 2 == 0) {
    return builder->NotCovered(
        "size " + std::to_string(size) + " on input of shape " + ShapeText(x->shape),
        "training covers an odd size on [batch, channels, one to three spatial axes]");
  }
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(x->shape, x->data.get_desc()));
  return std::unique_ptr<OperatorKernel>(std::make_unique<LrnKernel>(builder, *x, *y));
}

}  // namespace dc::train
