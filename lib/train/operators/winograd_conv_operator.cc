// Conv with 3x3 kernels of stride 1 by Winograd's method (winograd_kernels.h).
#include <algorithm>

#include "train/kernels/winograd_kernels.h"
#include "train/operators/conv_operator.h"

namespace dc::train {
namespace {

dnnl::memory::desc BlockedLayout(const std::vector<int64_t>& shape) {
  const auto tag =
      WinogradLanes() == 16 ? dnnl::memory::format_tag::nChw16c : dnnl::memory::format_tag::nChw8c;
  return {shape, dnnl::memory::data_type::f32, tag};
}

class WinogradConvKernel : public OperatorKernel {
 public:
  WinogradConvKernel(NodeBuilder* builder, const ConvShape& conv, const Value& x, const Value& y,
                     const Parameter& weight, const Parameter* bias)
      : x_(x.data, BlockedLayout(x.shape)),
        y_(y),
        w_(Floats(builder->ParameterMemory(weight, PlainDesc(weight.shape)))) {
    const op::WindowAxis &rows = conv.windows[0], &columns = conv.windows[1];
    forward_ = {x.shape[0],     x.shape[1],     x.shape[2],     x.shape[3],       conv.output[1],
                conv.output[2], conv.output[3], rows.pad_begin, columns.pad_begin};
    if (bias) b_ = Floats(builder->ParameterMemory(*bias, PlainDesc(bias->shape)));
    size_t work = forward_.WorkFloats();
    if (y.gradient) {
      dx_ = builder->InputGradient(0, BlockedLayout(x.shape));
      dw_ = builder->ParameterGradient(weight);
      if (bias) db_ = builder->ParameterGradient(*bias);
      // dx is the convolution of dy, with the kernel turned round and 2 - pad zeros about.
      backward_ = {forward_.batch,     forward_.out_channels, forward_.out_height,
                   forward_.out_width, forward_.in_channels,  forward_.in_height,
                   forward_.in_width,  2 - forward_.pad_top,  2 - forward_.pad_left};
      work = std::max(work, backward_.WorkFloats());
    }
    work_ = builder->WorkSpace(forward_.WeightFloats() + work);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    float* transformed = work_->data();
    WinogradWeights(forward_, w_, /*turned=*/false, transformed);
    WinogradConvolve(forward_, Floats(x_.memory()), transformed, b_, Floats(y_.data),
                     transformed + forward_.WeightFloats());
  }

  void Backward(dnnl::stream& stream) override {
    const float* dy = Floats(y_.gradient);
    float* weights = work_->data();
    float* work = weights + forward_.WeightFloats();
    if (db_.needed()) {
      BiasGradient(dy);
      db_.Flush(stream);
    }
    if (dw_.needed()) {
      WinogradWeightGradient(forward_, Floats(x_.memory()), dy, weights, Floats(dw_.memory()),
                             work);
      dw_.Flush(stream);
    }
    if (dx_.needed()) {
      WinogradWeights(backward_, w_, /*turned=*/true, weights);
      WinogradConvolve(backward_, dy, weights, nullptr, Floats(dx_.memory()), work);
      dx_.Flush(stream);
    }
  }

 private:
  void BiasGradient(const float* dy) {
    float* db = Floats(db_.memory());
    const int64_t lanes = WinogradLanes(), plane = forward_.out_height * forward_.out_width;
    std::fill_n(db, forward_.out_channels, 0.0f);
    for (int64_t image = 0; image < forward_.batch; ++image) {
      for (int64_t c = 0; c < forward_.out_channels; c += lanes) {
        for (int64_t i = 0; i < plane; ++i, dy += lanes) {
          for (int64_t lane = 0; lane < lanes; ++lane) db[c + lane] += dy[lane];
        }
      }
    }
  }

  InputView x_;
  const Value& y_;
  const float* w_;
  const float* b_ = nullptr;
  WinogradShape forward_{}, backward_{};
  std::shared_ptr<AlignedFloats> work_;
  GradientSink dx_, dw_, db_;
};

}  // namespace

bool FitsWinograd(const ConvShape& conv, const Value& x) {
  const auto fits = [](const op::WindowAxis& axis) {
    return axis.kernel == 3 && axis.stride == 1 && axis.dilation == 1 && axis.pad_begin <= 2;
  };
  if (WinogradLanes() == 0 || conv.groups != 1 || conv.windows.size() != 2) return false;
  if (x.shape[1] % 16 != 0 || conv.output[1] % 16 != 0) return false;
  return std::all_of(conv.windows.begin(), conv.windows.end(), fits);
}

StatusOr<std::unique_ptr<OperatorKernel>> MakeWinogradConv(NodeBuilder* builder,
                                                           const ConvShape& conv, const Value& x,
                                                           const Parameter& weight,
                                                           const Parameter* bias) {
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(conv.output, BlockedLayout(conv.output)));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<WinogradConvKernel>(builder, conv, x, *y, weight, bias));
}

}  // namespace dc::train
