// LayerNormalization, InstanceNormalization and GroupNormalization: runs of values that follow each
// other are brought to mean 0 and variance 1, then scaled and shifted.
#include <cmath>

#include "train/build/node_builder.h"

namespace dc::train {
namespace {

// What is normalized together, and with what.
struct Runs {
  int64_t length = 1;           // values of a run
  std::vector<uint32_t> scale;  // of the first values, a multiple of a run: the index of the scale
  std::vector<uint32_t> bias;   // and of the bias; what follows begins again
};

class NormalizationKernel : public OperatorKernel {
 public:
  // `bias` may be null.
  NormalizationKernel(NodeBuilder* builder, Runs runs, const Value& x, const Value& y,
                      const Parameter& scale, const Parameter* bias)
      : runs_(std::move(runs)),
        count_(ElementCount(x.shape) / runs_.length),
        epsilon_(builder->attributes().Float("epsilon")),
        scales_(scale.size),
        x_(x.data, PlainDesc(x.shape)),
        y_(y),
        scale_(Floats(builder->ParameterMemory(scale, PlainDesc(scale.shape)))),
        normalized_(static_cast<size_t>(ElementCount(x.shape))),
        factors_(static_cast<size_t>(count_)) {
    if (bias) {
      biases_ = bias->size;
      bias_ = Floats(builder->ParameterMemory(*bias, PlainDesc(bias->shape)));
    }
    if (!y.gradient) return;
    dx_ = builder->InputGradient(0, PlainDesc(x.shape));
    dscale_ = builder->ParameterGradient(scale);
    if (bias) dbias_ = builder->ParameterGradient(*bias);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    const float* x = Floats(x_.memory());
    float* y = Floats(y_.data);
    for (int64_t run = 0; run < count_; ++run) {
      const size_t begin = static_cast<size_t>(run * runs_.length);
      double sum = 0, squares = 0;
      for (int64_t i = 0; i < runs_.length; ++i) sum += x[begin + i];
      const double mean = sum / static_cast<double>(runs_.length);
      for (int64_t i = 0; i < runs_.length; ++i) {
        squares += (x[begin + i] - mean) * (x[begin + i] - mean);
      }
      const double variance = squares / static_cast<double>(runs_.length);
      const float factor = static_cast<float>(1 / std::sqrt(variance + epsilon_));
      factors_[static_cast<size_t>(run)] = factor;
      for (size_t i = begin; i < begin + static_cast<size_t>(runs_.length); ++i) {
        normalized_[i] = static_cast<float>(x[i] - mean) * factor;
        y[i] = normalized_[i] * scale_[ScaleOf(i)];
        if (bias_) y[i] += bias_[BiasOf(i)];
      }
    }
  }

  void Backward(dnnl::stream& stream) override {
    const float* dy = Floats(y_.gradient);
    if (dbias_.needed()) {
      float* to = Floats(dbias_.memory());
      std::fill_n(to, biases_, 0.0f);
      for (size_t i = 0; i < normalized_.size(); ++i) to[BiasOf(i)] += dy[i];
      dbias_.Flush(stream);
    }
    if (dscale_.needed()) {
      float* to = Floats(dscale_.memory());
      std::fill_n(to, scales_, 0.0f);
      for (size_t i = 0; i < normalized_.size(); ++i) to[ScaleOf(i)] += dy[i] * normalized_[i];
      dscale_.Flush(stream);
    }
    if (!dx_.needed()) return;
    float* dx = Floats(dx_.memory());
    for (int64_t run = 0; run < count_; ++run) {
      const size_t begin = static_cast<size_t>(run * runs_.length);
      const size_t end = begin + static_cast<size_t>(runs_.length);
      // With g = dy * scale: dx = factor * (g - mean of g - normalized * mean of g * normalized).
      double sum = 0, along = 0;
      for (size_t i = begin; i < end; ++i) {
        const double g = dy[i] * scale_[ScaleOf(i)];
        sum += g;
        along += g * normalized_[i];
      }
      const float mean = static_cast<float>(sum / static_cast<double>(runs_.length));
      const float share = static_cast<float>(along / static_cast<double>(runs_.length));
      const float factor = factors_[static_cast<size_t>(run)];
      for (size_t i = begin; i < end; ++i) {
        dx[i] = factor * (dy[i] * scale_[ScaleOf(i)] - mean - normalized_[i] * share);
      }
    }
    dx_.Flush(stream);
  }

 private:
  uint32_t ScaleOf(size_t i) const { return runs_.scale[i % runs_.scale.size()]; }
  uint32_t BiasOf(size_t i) const { return runs_.bias[i % runs_.bias.size()]; }

  const Runs runs_;
  const int64_t count_;
  const double epsilon_;
  const size_t scales_;
  size_t biases_ = 0;
  InputView x_;
  const Value& y_;
  const float* scale_;
  const float* bias_ = nullptr;
  std::vector<float> normalized_, factors_;  // of the last Forward
  GradientSink dx_, dscale_, dbias_;
};

// The index of the value of a parameter of shape `part` for each value of `whole`.
std::vector<uint32_t> IndexOf(std::span<const int64_t> whole, const std::vector<int64_t>& part) {
  std::vector<uint32_t> index = {0};
  int64_t stride = 1;
  for (size_t back = 1; back <= whole.size(); ++back) {
    const int64_t size = whole[whole.size() - back];
    const int64_t own = back <= part.size() ? part[part.size() - back] : 1;
    std::vector<uint32_t> next;
    for (int64_t i = 0; i < size; ++i) {
      const auto at = static_cast<uint32_t>(own == 1 ? 0 : i * stride);
      for (uint32_t inner : index) next.push_back(at + inner);
    }
    index = std::move(next);
    stride *= own;
  }
  return index;
}

// The index for each value of `channels` channels of `plane` values, where `count` values are
// spread over the channels.
std::vector<uint32_t> IndexOfChannels(int64_t channels, int64_t plane, size_t count) {
  std::vector<uint32_t> index;
  const int64_t share = channels / static_cast<int64_t>(count);
  for (int64_t c = 0; c < channels; ++c) {
    index.insert(index.end(), static_cast<size_t>(plane), static_cast<uint32_t>(c / share));
  }
  return index;
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeNormalization(NodeBuilder* builder) {
  const op::Operator& record = builder->record();
  const op::Attributes& attributes = builder->attributes();
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const Parameter* scale, builder->ParameterAt(1));
  const Parameter* bias = nullptr;
  if (!builder->node().Input(2).empty()) {
    DC_ASSIGN_OR_RETURN(bias, builder->ParameterAt(2));
  }
  for (size_t i = 1; i < 3; ++i) {
    if (builder->OutputIsRead(i)) return builder->NotCovered("a second output that is read");
  }
  Runs runs;
  if (&record == &op::kLayerNormalization) {
    const size_t axis = *op::Axis(attributes.Int("axis"), x->shape.size());
    const auto normalized = std::span(x->shape).subspan(axis);
    for (int64_t size : normalized) runs.length *= size;
    runs.scale = IndexOf(normalized, scale->shape);
    if (bias) runs.bias = IndexOf(normalized, bias->shape);
  } else {
    const int64_t channels = x->shape[1];
    const int64_t plane = ElementCount(x->shape) / (x->shape[0] * channels);
    const bool grouped = record.Attribute("num_groups") != nullptr;
    runs.length = grouped ? channels / attributes.Int("num_groups") * plane : plane;
    runs.scale = IndexOfChannels(channels, plane, scale->size);
    runs.bias = IndexOfChannels(channels, plane, bias->size);
  }
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(x->shape, PlainDesc(x->shape)));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<NormalizationKernel>(builder, std::move(runs), *x, *y, *scale, bias));
}

}  // namespace dc::train
