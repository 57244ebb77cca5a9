// Shift-based batch normalization: BatchNormalization whose products are shifts (Hubara et al.
// 2016, arXiv 1602.02830, algorithm 3). AP2(v) is the power of two nearest to v by its logarithm, c
// = x - mean, variance = mean of c AP2(c), and
//   y = c AP2(1 / sqrt(variance + epsilon)) AP2(scale) + bias.
// For the gradient the ratio of AP2(v) to v is a constant.
#include <cmath>
#include <vector>

#include "model/quantizer_training.h"
#include "train/build/node_builder.h"

namespace dc::train {
namespace {

class ShiftNormKernel : public OperatorKernel {
 public:
  ShiftNormKernel(NodeBuilder* builder, InputView x, GradientSink dx, const Value& y,
                  const Parameter* const (&parameters)[4])
      : training_(builder->training()),
        samples_(static_cast<size_t>(y.shape[0])),
        channels_(static_cast<size_t>(y.shape[1])),
        plane_(static_cast<size_t>(ElementCount(y.shape)) / (samples_ * channels_)),
        epsilon_(builder->attributes().Float("epsilon")),
        x_(std::move(x)),
        y_(y),
        dx_(std::move(dx)) {
    const auto per_channel = PlainDesc({y.shape[1]});
    for (size_t i = 0; i < 4; ++i) {
      values_[i] = Floats(builder->ParameterMemory(*parameters[i], per_channel));
      if (training_) gradients_[i] = builder->ParameterGradient(*parameters[i]);
      frozen_ = i >= 2 ? frozen_ && parameters[i]->role == Role::kFixed : frozen_;
    }
    means_.resize(channels_);
    factors_.resize(channels_);
    variances_.resize(channels_);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    const float* x = Floats(x_.memory());
    float* y = Floats(y_.data);
    for (size_t c = 0; c < channels_; ++c) {
      if (training_ && !frozen_) {
        Measure(x, c);
      } else {
        means_[c] = values_[2][c];
        variances_[c] = values_[3][c];
      }
      factors_[c] = NearestPowerOfTwo(1 / std::sqrt(variances_[c] + epsilon_));
      const float mean = means_[c], factor = factors_[c] * NearestPowerOfTwo(values_[0][c]);
      const float bias = values_[1][c];
      ForEach(c, [&](size_t i) { y[i] = (x[i] - mean) * factor + bias; });
    }
  }

  void Backward(dnnl::stream& stream) override {
    const float* x = Floats(x_.memory());
    const float* dy = Floats(y_.gradient);
    const double count = static_cast<double>(samples_ * plane_);
    for (size_t c = 0; c < channels_; ++c) {
      const float mean = means_[c], scale = NearestPowerOfTwo(values_[0][c]);
      double sum = 0, along = 0, powers = 0;
      ForEach(c, [&](size_t i) {
        sum += dy[i];
        along += static_cast<double>(dy[i]) * (x[i] - mean);
        powers += NearestPowerOfTwo(x[i] - mean);
      });
      if (gradients_[0].needed()) {
        // d AP2(scale) / d scale is their ratio.
        const float ratio = values_[0][c] == 0 ? 0.0f : scale / values_[0][c];
        Floats(gradients_[0].memory())[c] = static_cast<float>(along) * factors_[c] * ratio;
      }
      if (gradients_[1].needed()) Floats(gradients_[1].memory())[c] = static_cast<float>(sum);
      if (gradients_[2].needed()) Floats(gradients_[2].memory())[c] = mean;
      if (gradients_[3].needed()) Floats(gradients_[3].memory())[c] = variances_[c];
      if (!dx_.needed()) continue;
      float* dx = Floats(dx_.memory());
      const float factor = factors_[c] * scale;
      if (frozen_) {
        ForEach(c, [&](size_t i) { dx[i] = dy[i] * factor; });
        continue;
      }
      const auto mean_dy = static_cast<float>(sum / count);
      const auto mean_power = static_cast<float>(powers / count);
      const auto slope = static_cast<float>(along / count / (variances_[c] + epsilon_));
      ForEach(c, [&](size_t i) {
        dx[i] = factor * (dy[i] - mean_dy - slope * (NearestPowerOfTwo(x[i] - mean) - mean_power));
      });
    }
    dx_.Flush(stream);
    for (GradientSink& gradient : gradients_) gradient.Flush(stream);
  }

 private:
  // Calls use(i) for the place of every value of channel `c`.
  template <typename Use>
  void ForEach(size_t c, Use use) const {
    for (size_t s = 0; s < samples_; ++s) {
      const size_t begin = (s * channels_ + c) * plane_;
      for (size_t i = begin; i < begin + plane_; ++i) use(i);
    }
  }

  void Measure(const float* x, size_t c) {
    const double count = static_cast<double>(samples_ * plane_);
    double sum = 0, squares = 0;
    ForEach(c, [&](size_t i) { sum += x[i]; });
    const auto mean = static_cast<float>(sum / count);
    ForEach(c, [&](size_t i) {
      const float centered = x[i] - mean;
      squares += centered * NearestPowerOfTwo(centered);
    });
    means_[c] = mean;
    variances_[c] = static_cast<float>(squares / count);
  }

  const bool training_;
  const size_t samples_, channels_, plane_;
  const float epsilon_;
  bool frozen_ = true;  // the statistics are
  InputView x_;
  const Value& y_;
  GradientSink dx_;
  const float* values_[4];  // scale, bias, mean, variance
  GradientSink gradients_[4];
  std::vector<float> means_, variances_, factors_;  // of the last Forward
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeShiftNorm(NodeBuilder* builder) {
  const Parameter* parameters[4];
  for (size_t i = 0; i < 4; ++i) {
    DC_ASSIGN_OR_RETURN(parameters[i], builder->ParameterAt(i + 1));
  }
  std::vector<int64_t> shape;
  GradientSink dx;
  DC_ASSIGN_OR_RETURN(InputView x,
                      builder->PlainInput(0, &shape, builder->training() ? &dx : nullptr));
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<ShiftNormKernel>(builder, std::move(x), std::move(dx), *y, parameters));
}

}  // namespace dc::train
