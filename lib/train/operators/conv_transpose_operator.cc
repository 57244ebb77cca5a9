// ConvTranspose over any number of spatial axes: each value of the input times the kernels of its
// channel, products (on oneDNN's sgemm) which are then added up where the kernels lie.
#include <algorithm>

#include "op/window.h"
#include "train/build/node_builder.h"
#include "train/kernels/window_taps.h"

namespace dc::train {
namespace {

class ConvTransposeKernel : public OperatorKernel {
 public:
  // `windows`: of the convolution from the output to the input.
  ConvTransposeKernel(NodeBuilder* builder, const std::vector<op::WindowAxis>& windows,
                      int64_t groups, const Value& x, const Value& y, const Parameter& weight,
                      const Parameter* bias)
      : batch_(x.shape[0]),
        groups_(groups),
        inputs_(x.shape[1] / groups),
        outputs_(weight.shape[1]),
        in_size_(ElementCount(x.shape) / (x.shape[0] * x.shape[1])),
        out_size_(ElementCount(y.shape) / (y.shape[0] * y.shape[1])),
        taps_(ElementCount(weight.shape) / (weight.shape[0] * weight.shape[1])),
        places_(WindowTaps(windows)),
        x_(x.data, PlainDesc(x.shape)),
        y_(y),
        w_(Floats(builder->ParameterMemory(weight, PlainDesc(weight.shape)))),
        products_(static_cast<size_t>(outputs_ * taps_ * in_size_)) {
    if (bias) b_ = Floats(builder->ParameterMemory(*bias, PlainDesc(bias->shape)));
    if (!y.gradient) return;
    dx_ = builder->InputGradient(0, PlainDesc(x.shape));
    dw_ = builder->ParameterGradient(weight);
    if (bias) db_ = builder->ParameterGradient(*bias);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    const int64_t rows = outputs_ * taps_;
    for (int64_t i = 0; i < batch_ * groups_; ++i) {
      const int64_t group = i % groups_;
      float* y = Floats(y_.data) + i * outputs_ * out_size_;
      for (int64_t o = 0; o < outputs_; ++o) {
        std::fill_n(y + o * out_size_, out_size_, b_ ? b_[group * outputs_ + o] : 0.0f);
      }
      dnnl::sgemm('T', 'N', rows, in_size_, inputs_, 1.0f, Weight(w_, group), rows,
                  Floats(x_.memory()) + i * inputs_ * in_size_, in_size_, 0.0f, products_.data(),
                  in_size_);
      ForEachProduct([&](size_t product, int64_t place) { y[place] += products_[product]; });
    }
  }

  void Backward(dnnl::stream& stream) override {
    const int64_t rows = outputs_ * taps_;
    float* dw = dw_.needed() ? Floats(dw_.memory()) : nullptr;
    if (dw) std::fill_n(dw, groups_ * inputs_ * rows, 0.0f);
    if (db_.needed()) BiasGradient();
    for (int64_t i = 0; i < batch_ * groups_ && (dw || dx_.needed()); ++i) {
      const int64_t group = i % groups_;
      const float* dy = Floats(y_.gradient) + i * outputs_ * out_size_;
      std::fill(products_.begin(), products_.end(), 0.0f);
      ForEachProduct([&](size_t product, int64_t place) { products_[product] = dy[place]; });
      if (dw) {
        dnnl::sgemm('N', 'T', inputs_, rows, in_size_, 1.0f,
                    Floats(x_.memory()) + i * inputs_ * in_size_, in_size_, products_.data(),
                    in_size_, 1.0f, Weight(dw, group), rows);
      }
      if (dx_.needed()) {
        dnnl::sgemm('N', 'N', inputs_, in_size_, rows, 1.0f, Weight(w_, group), rows,
                    products_.data(), in_size_, 0.0f, Floats(dx_.memory()) + i * inputs_ * in_size_,
                    in_size_);
      }
    }
    db_.Flush(stream);
    dw_.Flush(stream);
    dx_.Flush(stream);
  }

 private:
  // The matrix of a group in `weights`: inputs x (outputs * taps).
  template <typename Float>
  Float* Weight(Float* weights, int64_t group) const {
    return weights + group * inputs_ * outputs_ * taps_;
  }

  // Calls visit(product, place) for every product that lies inside the output of a group.
  template <typename Visit>
  void ForEachProduct(const Visit& visit) const {
    size_t product = 0;
    for (int64_t o = 0; o < outputs_; ++o) {
      for (const int32_t place : places_) {
        if (place >= 0) visit(product, o * out_size_ + place);
        ++product;
      }
    }
  }

  void BiasGradient() {
    float* db = Floats(db_.memory());
    const int64_t channels = groups_ * outputs_;
    std::fill_n(db, channels, 0.0f);
    const float* dy = Floats(y_.gradient);
    for (int64_t c = 0; c < batch_ * channels; ++c) {
      for (int64_t i = 0; i < out_size_; ++i) db[c % channels] += *dy++;
    }
  }

  const int64_t batch_, groups_, inputs_, outputs_;  // channels of a group
  const int64_t in_size_, out_size_;                 // values of a channel
  const int64_t taps_;
  const std::vector<int32_t> places_;
  InputView x_;
  const Value& y_;
  const float* w_;
  const float* b_ = nullptr;
  std::vector<float> products_;  // of a group: [output][tap][value of an input channel]
  GradientSink dx_, dw_, db_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeConvTranspose(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const Parameter* weight, builder->ParameterAt(1));
  const Parameter* bias = nullptr;
  if (!builder->node().Input(2).empty()) {
    DC_ASSIGN_OR_RETURN(bias, builder->ParameterAt(2));
  }
  if (x->shape.size() > 5) {
    return builder->NotCovered("transposed convolution of " + ShapeText(x->shape),
                               "training covers convolutions over up to three axes");
  }
  std::vector<op::WindowAxis> windows;
  const Status status = op::SpreadWindows(builder->attributes(), std::span(x->shape).subspan(2),
                                          std::span(weight->shape).subspan(2), &windows);
  if (!status.ok()) return status.At(NodeLabel(builder->node()));
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  return std::unique_ptr<OperatorKernel>(std::make_unique<ConvTransposeKernel>(
      builder, windows, builder->attributes().Int("group"), *x, *y, *weight, bias));
}

}  // namespace dc::train
