// Relu, LeakyRelu, Elu, Sigmoid, Tanh and Clip, on oneDNN.
#include <limits>

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

// The bound of a Clip: an attribute until opset 10, later constant input `i`.
StatusOr<float> ClipBound(const NodeBuilder& builder, size_t i, const std::string& attribute,
                          float otherwise) {
  const Node& node = builder.node();
  if (node.Input(i).empty()) return node.Float(attribute, otherwise);
  const Tensor* bound = builder.graph().Constant(node.Input(i));
  if (!bound || bound->type != DataType::kFloat32 || bound->size() != 1) {
    return builder.NotCovered("bound \"" + node.Input(i) + "\" is not one constant float32");
  }
  return bound->f32()[0];
}

StatusOr<Function> FunctionOf(const NodeBuilder& builder) {
  const Node& node = builder.node();
  using dnnl::algorithm;
  if (node.op == "Relu") return Function{algorithm::eltwise_relu};
  if (node.op == "LeakyRelu") return Function{algorithm::eltwise_relu, node.Float("alpha", 0.01f)};
  if (node.op == "Elu") return Function{algorithm::eltwise_elu, node.Float("alpha", 1.0f)};
  if (node.op == "Sigmoid") return Function{algorithm::eltwise_logistic};
  if (node.op == "Tanh") return Function{algorithm::eltwise_tanh};
  Function clip{algorithm::eltwise_clip};
  constexpr float kMost = std::numeric_limits<float>::max();
  DC_ASSIGN_OR_RETURN(clip.alpha, ClipBound(builder, 1, "min", -kMost));
  DC_ASSIGN_OR_RETURN(clip.beta, ClipBound(builder, 2, "max", kMost));
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
