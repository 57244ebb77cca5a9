// Conv over one to three spatial axes, with groups, strides, padding and dilation, on oneDNN.
#include "train/operators/conv_operator.h"

#include "train/build/read_window.h"

namespace dc::train {
namespace {

using Dims = dnnl::memory::dims;

dnnl::memory::desc AnyLayout(const Dims& dims) {
  return {dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
}

// oneDNN's own choice may be its Winograd, slower than ours where that fits, and 5 times slower
// than direct convolution on few channels (docs/decisions).
constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;

class ConvKernel : public OperatorKernel {
 public:
  ConvKernel(const NodeBuilder& builder, const ConvShape& shape, const Value& x,
             const Parameter& weight, const Parameter* bias)
      : weight_(weight), bias_(bias), x_dims_(x.shape), y_dims_(shape.output) {
    for (const op::WindowAxis& axis : shape.windows) {
      stride_.push_back(axis.stride);
      dilation_.push_back(axis.dilation - 1);
      begin_.push_back(axis.pad_begin);
      end_.push_back(axis.pad_end);
    }
    w_dims_ = weight.shape;
    if (shape.groups > 1) {
      w_dims_[0] /= shape.groups;
      w_dims_.insert(w_dims_.begin(), shape.groups);
    }
    if (bias) bias_desc_ = PlainDesc({shape.output[1]});
    const auto prop =
        builder.training() ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
    forward_desc_ = {{prop, kAlgorithm, AnyLayout(x_dims_), AnyLayout(w_dims_), bias_desc_,
                      AnyLayout(y_dims_), stride_, dilation_, begin_, end_},
                     UserScratchpad(),
                     CpuEngine()};
  }

  dnnl::memory::desc OutputLayout() const { return forward_desc_.dst_desc(); }

  // Binds input and output, and makes the backward primitives where the executor trains.
  void Bind(NodeBuilder* builder, const Value& x, const Value& y) {
    const auto weight = builder->ParameterMemory(weight_, PlainDesc(w_dims_));
    x_ = InputView(x.data, forward_desc_.src_desc());
    w_ = InputView(weight, forward_desc_.weights_desc());
    Call::Arguments arguments = {
        {DNNL_ARG_SRC, x_.memory()}, {DNNL_ARG_WEIGHTS, w_.memory()}, {DNNL_ARG_DST, y.data}};
    if (bias_) arguments[DNNL_ARG_BIAS] = builder->ParameterMemory(*bias_, bias_desc_);
    forward_ = Call(dnnl::convolution_forward(forward_desc_), forward_desc_.scratchpad_desc(),
                    std::move(arguments));
    if (!y.gradient) return;
    BindWeightGradient(builder, y);
    if (x.gradient) {
      BindDataGradient(builder, weight, y);
    } else {
      builder->InputGradient(0, x.data.get_desc());
    }
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    w_.Refresh(stream);
    forward_.Run(stream);
  }

  void Backward(dnnl::stream& stream) override {
    x_for_weights_.Refresh(stream);
    dy_for_weights_.Refresh(stream);
    weight_gradient_.Run(stream);
    db_.Flush(stream);
    dw_.Flush(stream);
    w_for_data_.Refresh(stream);
    dy_for_data_.Refresh(stream);
    data_gradient_.Run(stream);
    dx_.Flush(stream);
  }

 private:
  void BindWeightGradient(NodeBuilder* builder, const Value& y) {
    const dnnl::convolution_backward_weights::primitive_desc desc(
        {kAlgorithm, AnyLayout(x_dims_), AnyLayout(w_dims_), bias_desc_, AnyLayout(y_dims_),
         stride_, dilation_, begin_, end_},
        UserScratchpad(), CpuEngine(), forward_desc_);
    x_for_weights_ = InputView(x_.memory(), desc.src_desc());
    dy_for_weights_ = InputView(y.gradient, desc.diff_dst_desc());
    // A weight in a Constant node has no gradient, but the primitive writes one.
    const auto sink = [](const GradientSink& s, const dnnl::memory::desc& layout) {
      return s.needed() ? s.memory() : NewMemory(layout);
    };
    dw_ = builder->ParameterGradient(weight_, PlainDesc(w_dims_), desc.diff_weights_desc());
    Call::Arguments arguments = {{DNNL_ARG_SRC, x_for_weights_.memory()},
                                 {DNNL_ARG_DIFF_DST, dy_for_weights_.memory()},
                                 {DNNL_ARG_DIFF_WEIGHTS, sink(dw_, desc.diff_weights_desc())}};
    if (bias_) {
      db_ = builder->ParameterGradient(*bias_, bias_desc_, bias_desc_);
      arguments[DNNL_ARG_DIFF_BIAS] = sink(db_, bias_desc_);
    }
    weight_gradient_ = Call(dnnl::convolution_backward_weights(desc), desc.scratchpad_desc(),
                            std::move(arguments));
  }

  void BindDataGradient(NodeBuilder* builder, const dnnl::memory& weight, const Value& y) {
    const dnnl::convolution_backward_data::primitive_desc desc(
        {kAlgorithm, AnyLayout(x_dims_), AnyLayout(w_dims_), AnyLayout(y_dims_), stride_, dilation_,
         begin_, end_},
        UserScratchpad(), CpuEngine(), forward_desc_);
    w_for_data_ = InputView(weight, desc.weights_desc());
    dy_for_data_ = InputView(y.gradient, desc.diff_dst_desc());
    dx_ = builder->InputGradient(0, desc.diff_src_desc());
    data_gradient_ = Call(dnnl::convolution_backward_data(desc), desc.scratchpad_desc(),
                          {{DNNL_ARG_DIFF_DST, dy_for_data_.memory()},
                           {DNNL_ARG_WEIGHTS, w_for_data_.memory()},
                           {DNNL_ARG_DIFF_SRC, dx_.memory()}});
  }

  const Parameter& weight_;
  const Parameter* bias_;
  const Dims x_dims_, y_dims_;
  Dims w_dims_, stride_, dilation_, begin_, end_;  // w_dims_: with the groups in front
  dnnl::memory::desc bias_desc_;
  dnnl::convolution_forward::primitive_desc forward_desc_;
  Call forward_, weight_gradient_, data_gradient_;
  InputView x_, w_, x_for_weights_, dy_for_weights_, w_for_data_, dy_for_data_;
  GradientSink dx_, dw_, db_;
};

StatusOr<ConvShape> ReadShape(const NodeBuilder& builder, const Value& x, const Parameter& weight) {
  ConvShape shape;
  shape.groups = builder.attributes().Int("group");
  if (x.shape.size() > 5) {
    return builder.NotCovered(
        "convolution of " + ShapeText(x.shape) + " with " + ShapeText(weight.shape),
        "training covers convolutions over up to three axes");
  }
  DC_ASSIGN_OR_RETURN(shape.windows,
                      ReadWindows(builder, x.shape, std::span(weight.shape).subspan(2)));
  DC_ASSIGN_OR_RETURN(shape.output, builder.OutputShape());
  return shape;
}

// oneDNN pads channels to 16 (except up to 3 input channels, which have kernels of their own): 2.05
// times the work at 20 -> 50 channels. The lanes pad nothing and win from about 1.2 times on; below
// that, and for 1x1 kernels, oneDNN is 1.1 to 1.4 times faster (docs/decisions).
bool LanesAreFaster(const ConvShape& shape, const Value& x) {
  const auto padding = [](int64_t channels) {
    return static_cast<double>((channels + 15) / 16 * 16) / static_cast<double>(channels);
  };
  const int64_t inputs = x.shape[1];
  const double work = padding(shape.output[1]) * (inputs <= 3 ? 1.0 : padding(inputs));
  return work > 1.2 && shape.windows[0].kernel * shape.windows[1].kernel > 1;
}

// Tiles that reach over the edge compute outputs that are not there.
bool WinogradIsFaster(const ConvShape& shape) {
  const int64_t rows = shape.output[2], columns = shape.output[3];
  const int64_t products = (rows + 3) / 4 * ((columns + 3) / 4) * 36;
  return products * 2 <= rows * columns * 9;
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeConv(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const Parameter* weight, builder->ParameterAt(1));
  const Parameter* bias = nullptr;
  if (!builder->node().Input(2).empty()) {
    DC_ASSIGN_OR_RETURN(bias, builder->ParameterAt(2));
  }
  DC_ASSIGN_OR_RETURN(const ConvShape shape, ReadShape(*builder, *x, *weight));
  if (FitsLanes(shape, *x) && LanesAreFaster(shape, *x)) {
    return MakeLaneConv(builder, shape, *x, *weight, bias);
  }
  if (FitsWinograd(shape, *x) && WinogradIsFaster(shape)) {
    return MakeWinogradConv(builder, shape, *x, *weight, bias);
  }
  auto conv = std::make_unique<ConvKernel>(*builder, shape, *x, *weight, bias);
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape.output, conv->OutputLayout()));
  conv->Bind(builder, *x, *y);
  return std::unique_ptr<OperatorKernel>(std::move(conv));
}

}  // namespace dc::train
