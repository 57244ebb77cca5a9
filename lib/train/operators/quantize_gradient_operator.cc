// QuantizeGradient: the identity, whose gradient is rounded to a grid of `bits` bits. `rule`:
//   sample  Zhou et al. 2016 (DoReFa, arXiv 1606.06160, equation 12): for each sample, between plus
//           and minus its largest magnitude, 2^bits levels, with uniform noise of one step first.
//   power   a power-of-two step: the least whose grid of signed numbers holds this part of the
//           batch. Courbariaux, Bengio and David 2014 (arXiv 1412.7024).
//   fixed   the step `scale`. Gupta et al. 2015 (arXiv 1502.02551).
// `stochastic`: the latter two round at random, so that the mean stays, in place of to nearest.
#include <algorithm>
#include <cmath>
#include <limits>

#include "train/build/node_builder.h"
#include "train/build/uniforms.h"

namespace dc::train {
namespace {

enum class Rule { kSample, kPower, kFixed };

class QuantizeGradientKernel : public OperatorKernel {
 public:
  QuantizeGradientKernel(NodeBuilder* builder, const Value& x, const Value& y, Rule rule)
      : node_(builder->node_index()),
        rule_(rule),
        bits_(static_cast<int>(builder->node().Int("bits", 8))),
        scale_(builder->node().Float("scale", 1.0f)),
        stochastic_(builder->node().Int("stochastic", 0) != 0),
        samples_(static_cast<size_t>(x.shape[0])),
        x_(x.data, PlainDesc(x.shape)),
        y_(y) {
    dx_ = builder->InputGradient(0, y.data.get_desc());
  }

  void Forward(dnnl::stream& stream, const StepContext& context) override {
    context_ = context;
    x_.Refresh(stream);
    std::copy_n(Floats(x_.memory()), PhysicalCount(y_.data.get_desc()), Floats(y_.data));
  }

  void Backward(dnnl::stream& stream) override {
    if (!dx_.needed()) return;
    const size_t count = PhysicalCount(y_.data.get_desc());
    const float* dy = Floats(y_.gradient);
    float* dx = Floats(dx_.memory());
    // Other numbers than those of the same node's Forward would have.
    Uniforms uniforms(context_, node_ | (uint64_t{1} << 31));
    if (rule_ == Rule::kSample) {
      const size_t size = count / samples_;
      for (size_t s = 0; s < samples_; ++s) BySample(dy + s * size, size, &uniforms, dx + s * size);
    } else {
      const float step = rule_ == Rule::kFixed ? scale_ : PowerStep(dy, count);
      const float most = std::ldexp(1.0f, bits_ - 1) - 1, least = -most - 1;
      for (size_t i = 0; i < count; ++i) {
        const float place = dy[i] / step;
        const float number =
            stochastic_ ? std::floor(place + uniforms.Next()) : std::nearbyint(place);
        dx[i] = std::min(std::max(number, least), most) * step;
      }
    }
    dx_.Flush(stream);
  }

 private:
  void BySample(const float* dy, size_t size, Uniforms* uniforms, float* dx) const {
    float most = 0;
    for (size_t i = 0; i < size; ++i) most = std::max(most, std::abs(dy[i]));
    if (most == 0) {
      std::fill(dx, dx + size, 0.0f);
      return;
    }
    const float steps = std::ldexp(1.0f, bits_) - 1, half = 0.5f / most;
    for (size_t i = 0; i < size; ++i) {
      const float noise = (uniforms->Next() - 0.5f) / steps;
      const float x = std::min(std::max(dy[i] * half + 0.5f + noise, 0.0f), 1.0f);
      dx[i] = (std::nearbyint(x * steps) / steps - 0.5f) * 2 * most;
    }
  }

  float PowerStep(const float* dy, size_t count) const {
    float most = 0;
    for (size_t i = 0; i < count; ++i) most = std::max(most, std::abs(dy[i]));
    if (!(most > 0) || std::isinf(most)) return 1.0f;
    const int exponent = static_cast<int>(std::ceil(std::log2(most))) - (bits_ - 1);
    return std::ldexp(1.0f, std::max(exponent, -126));
  }

  const uint64_t node_;
  const Rule rule_;
  const int bits_;
  const float scale_;
  const bool stochastic_;
  const size_t samples_;
  InputView x_;
  const Value& y_;
  GradientSink dx_;
  StepContext context_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeQuantizeGradient(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  const std::string rule = builder->node().String("rule", "sample");
  const bool known = rule == "sample" || rule == "power" || rule == "fixed";
  const int64_t bits = builder->node().Int("bits", 8);
  if (!known || bits < 1 || bits > 22) {
    return builder->NotCovered("gradients by the rule '" + rule + "' with " + std::to_string(bits) +
                               " bits");
  }
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(x->shape, PlainDesc(x->shape)));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<QuantizeGradientKernel>(builder, *x, *y,
                                               rule == "sample"  ? Rule::kSample
                                               : rule == "power" ? Rule::kPower
                                                                 : Rule::kFixed));
}

}  // namespace dc::train
