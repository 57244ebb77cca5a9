// UniformQuantize and BinaryQuantize. Their functions are stairs, whose slope is 0 or infinite: the
// gradient goes straight through where x is inside a range, and not at all outside of it, or is
// that of a loss of the layer. The scale is fixed, learned, or follows the batches: see
// model/quantizer_training.h.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "model/quantizer_training.h"
#include "op/grid_functions.h"
#include "train/build/uniforms.h"
#include "train/kernels/quantize_kernels.h"
#include "train/operators/zip_operator.h"

namespace dc::train {
namespace {

// A uniform grid, and what one value adds to the gradient of the scale.
struct Uniform {
  op::UniformGrid grid;

  float operator()(float x, float scale) const { return grid(x, scale); }
  // Between the neighbours of x on the grid, each with the probability that makes the mean x.
  float Random(float x, float scale, float u) const {
    return grid.Value(grid.Inside(std::floor(grid.Inside(grid.Place(x, scale)) + u)), scale);
  }
  bool Passes(float x, float scale) const {
    const float place = grid.Place(x, scale);
    return place >= grid.low && place <= grid.high;
  }
  // The same of `count` numbers that share a scale.
  void Row(const float* x, float scale, int64_t count, float* y) const {
    QuantizeToGrid(grid, scale, x, count, y);
  }
  void PassRow(const float* x, float scale, const float* dy, int64_t count, float* dx) const {
    PassInsideGrid(grid, scale, x, dy, count, dx);
  }
  float SumOfSlopes(const float* x, float scale, const float* dy, int64_t count) const {
    return SumOfScaleSlopes(grid, scale, x, dy, count);
  }
  // Where x is, from -1 at the lower end to 1 at the upper one.
  float Centered(float x, float scale) const {
    return 2 * (grid.Place(x, scale) - grid.low) / std::max(grid.high - grid.low, 1.0f) - 1;
  }
  // Esser et al. 2020 (LSQ), equation 3: the derivative of the output by the scale, with the
  // rounding let through.
  float SlopeByScale(float x, float scale) const {
    const float place = grid.Place(x, scale);
    if (place <= grid.low) return grid.low - grid.offset;
    if (place >= grid.high) return grid.high - grid.offset;
    return op::RoundBy(grid.rounding, place) - place;
  }
  // Choi et al. 2018 (PACT), equation 3: x counts only where it is clipped; the scale is the
  // clipping value over the number of steps.
  float SlopeByClip(float x, float scale) const {
    return grid.Place(x, scale) >= grid.high ? grid.high - grid.offset : 0.0f;
  }
  float levels() const { return std::max(grid.high - grid.offset, 1.0f); }
};

struct Binary {
  float operator()(float x, float scale) const { return op::BinaryValue(x, scale); }
  float Random(float x, float scale, float) const { return op::BinaryValue(x, scale); }
  bool Passes(float x, float) const { return std::abs(x) < 1.0f; }
  void Row(const float* x, float scale, int64_t count, float* y) const {
    QuantizeToSigns(scale, x, count, y);
  }
  void PassRow(const float* x, float, const float* dy, int64_t count, float* dx) const {
    PassBetween(-1.0f, 1.0f, x, dy, count, dx);
  }
  float SumOfSlopes(const float* x, float, const float* dy, int64_t count) const {
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += dy[i] * SlopeByScale(x[i], 0);
    return sum;
  }
  float Centered(float x, float) const { return x; }
  float SlopeByScale(float x, float) const { return x >= 0 ? 1.0f : -1.0f; }
  float SlopeByClip(float, float) const { return 0.0f; }
  float levels() const { return 1.0f; }
};

template <typename Grid>
class QuantizeKernel : public OperatorKernel {
 public:
  QuantizeKernel(NodeBuilder* builder, Grid grid, const QuantizerTraining& how, const Value& y,
                 std::array<ZipOperand, 2> operands, const Broadcast<2>& rows)
      : node_(builder->node_index()),
        grid_(grid),
        how_(how),
        random_(how.stochastic && builder->training()),
        power_(how.rule == ScaleRule::kRunningPower),
        y_(y),
        operands_(std::move(operands)),
        rows_(rows) {
    const double samples = static_cast<double>(std::max<int64_t>(builder->batch(), 1));
    const double sharing = static_cast<double>(operands_[0].count()) / samples /
                           static_cast<double>(std::max<size_t>(operands_[1].count(), 1));
    // Section 2.2 of LSQ: the gradient of a scale is as large as those of the weights.
    learned_factor_ =
        how.rule == ScaleRule::kLearned
            ? static_cast<float>(1.0 / std::sqrt(std::max(sharing * grid_.levels(), 1.0)))
            : 1.0f;
    for (ZipOperand& operand : operands_) operand.AddGradient(builder);
  }

  void Forward(dnnl::stream& stream, const StepContext& context) override {
    for (const ZipOperand& operand : operands_) operand.Refresh(stream);
    Uniforms uniforms(context, node_);
    float* y = Floats(y_.data);
    ForEachRow([&](int64_t at, const float* x, const float* scale, int64_t step, int64_t count) {
      if (random_) {
        const float first = Used(*scale);
        for (int64_t i = 0; i < count; ++i) {
          y[at + i] = grid_.Random(x[i], step == 0 ? first : scale[i], uniforms.Next());
        }
      } else if (step == 0) {
        grid_.Row(x, Used(*scale), count, y + at);
      } else {
        for (int64_t i = 0; i < count; ++i) y[at + i] = grid_(x[i], scale[i]);
      }
    });
  }

  void Backward(dnnl::stream& stream) override {
    ScaleGradient();
    operands_[1].Flush(stream);
    float* dx = operands_[0].gradient();
    if (dx == nullptr) return;
    const float* dy = Floats(y_.gradient);
    const bool equal = how_.loss == LayerLoss::kEqualSoftHinge;
    const float weight = equal ? MeanMagnitude(dy, operands_[0].count()) : 0.0f;
    ForEachRow([&](int64_t at, const float* x, const float* scale, int64_t step, int64_t count) {
      if (how_.loss != LayerLoss::kNone) {
        for (int64_t i = 0; i < count; ++i) {
          const float t = std::tanh(grid_.Centered(x[i], scale[i * step])), d = dy[at + i];
          const float weighted = equal ? (d == 0 ? 0.0f : std::copysign(weight, d)) : d;
          dx[at + i] = weighted * (1 - t * t);
        }
      } else if (how_.has_range()) {
        PassBetween(how_.pass_low, how_.pass_high, x, dy + at, count, dx + at);
      } else if (step == 0) {
        grid_.PassRow(x, Used(*scale), dy + at, count, dx + at);
      } else {
        for (int64_t i = 0; i < count; ++i) {
          dx[at + i] = grid_.Passes(x[i], scale[i]) ? dy[at + i] : 0.0f;
        }
      }
    });
    operands_[0].Flush(stream);
  }

 private:
  // Calls row(at, x, scale, step of the scale, count): x lies as the output does.
  template <typename Row>
  void ForEachRow(Row row) const {
    rows_.ForEachRow([&](int64_t at, const auto& from, int64_t count) {
      row(at, operands_[0].values() + from[0], operands_[1].values() + from[1], rows_.step(1),
          count);
    });
  }

  // The scale that `scale` stands for.
  float Used(float scale) const { return power_ ? PowerOfTwoAbove(scale) : scale; }

  static float MeanMagnitude(const float* values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i) sum += std::abs(values[i]);
    return static_cast<float>(sum / static_cast<double>(std::max<size_t>(count, 1)));
  }

  static constexpr float kLeastScale = std::numeric_limits<float>::min();

  // What one value in 10,000 of this part of the batch exceeds.
  float MagnitudeOfOverflows() const {
    constexpr double kOverflows = 1e-4;
    std::vector<float>& sizes = scratch_;
    sizes.resize(operands_[0].count());
    for (size_t i = 0; i < sizes.size(); ++i) sizes[i] = std::abs(operands_[0].values()[i]);
    const auto over = static_cast<std::ptrdiff_t>(kOverflows * static_cast<double>(sizes.size()));
    std::nth_element(sizes.begin(), sizes.begin() + over, sizes.end(), std::greater<>());
    return sizes[static_cast<size_t>(over)];
  }

  void ScaleGradient() const {
    float* gradient = operands_[1].gradient();
    if (gradient == nullptr) return;
    const size_t count = operands_[1].count();
    std::fill(gradient, gradient + count, 0.0f);
    const float* scales = operands_[1].values();
    if (power_) {
      gradient[0] = std::max(MagnitudeOfOverflows() / grid_.levels(), kLeastScale);
      return;
    }
    if (how_.rule == ScaleRule::kRunningMaximum) {
      // A statistic: the scale that would just hold this part of the batch.
      ForEachRow([&](int64_t, const float* x, const float* scale, int64_t step, int64_t n) {
        float* own = gradient + (scale - scales);
        for (int64_t i = 0; i < n; ++i) own[i * step] = std::max(own[i * step], std::abs(x[i]));
      });
      for (size_t i = 0; i < count; ++i) {
        gradient[i] = std::max(gradient[i] / grid_.levels(), kLeastScale);
      }
      return;
    }
    const float* dy = Floats(y_.gradient);
    ForEachRow([&](int64_t at, const float* x, const float* scale, int64_t step, int64_t n) {
      float* own = gradient + (scale - scales);
      const bool clip = how_.rule == ScaleRule::kClip;
      if (!clip && step == 0) {
        *own += learned_factor_ * grid_.SumOfSlopes(x, *scale, dy + at, n);
        return;
      }
      for (int64_t i = 0; i < n; ++i) {
        const float s = scale[i * step];
        const float slope = clip ? grid_.SlopeByClip(x[i], s) : grid_.SlopeByScale(x[i], s);
        own[i * step] += learned_factor_ * dy[at + i] * slope;
      }
    });
  }

  const uint64_t node_;
  const Grid grid_;
  const QuantizerTraining how_;
  const bool random_;
  const bool power_;  // the scale is used as the power of two above it
  float learned_factor_ = 1;
  mutable std::vector<float> scratch_;
  const Value& y_;
  std::array<ZipOperand, 2> operands_;
  Broadcast<2> rows_;
};

template <typename Grid>
StatusOr<std::unique_ptr<OperatorKernel>> Make(NodeBuilder* builder, Grid grid) {
  DC_ASSIGN_OR_RETURN(const QuantizerTraining how, QuantizerTraining::Of(builder->node()));
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  const std::vector<int64_t> shape = x->shape;
  if (shape.size() > Broadcast<2>::kMaxRank) {
    return builder->NotCovered("an output of shape " + ShapeText(shape));
  }
  // With one scale for all, values may lie in any order.
  const Tensor* scale = builder->graph().Constant(builder->node().Input(1));
  const bool single = scale != nullptr && scale->size() == 1;
  if (how.rule == ScaleRule::kRunningPower && !single) {
    return builder->NotCovered("a running power of two for each channel");
  }
  const dnnl::memory::desc layout = single ? UnpaddedDesc(x->data, shape) : PlainDesc(shape);
  DC_ASSIGN_OR_RETURN(ZipOperand value, ZipOperand::Make(*builder, 0, &layout));
  DC_ASSIGN_OR_RETURN(ZipOperand scales, ZipOperand::Make(*builder, 1, nullptr));
  using Shape = std::vector<int64_t>;
  const Shape flat = {ElementCount(shape)};
  const Broadcast<2> rows =
      single ? Broadcast<2>(flat, {flat, Shape{1}}) : Broadcast<2>(shape, {shape, scales.shape()});
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, layout));
  return std::unique_ptr<OperatorKernel>(std::make_unique<QuantizeKernel<Grid>>(
      builder, grid, how, *y, std::array{std::move(value), std::move(scales)}, rows));
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeQuantize(NodeBuilder* builder) {
  if (&builder->record() == &op::kBinaryQuantize) return Make(builder, Binary{});
  return Make(builder, Uniform{op::ReadUniformGrid(builder->attributes())});
}

}  // namespace dc::train
