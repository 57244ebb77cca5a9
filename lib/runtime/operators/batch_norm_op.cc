// BatchNormalization with its stored mean and variance: a scale and a shift per channel.
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/channel_affine.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

class BatchNormOp : public OperatorKernel {
 public:
  BatchNormOp(ChannelAffine affine, size_t plane, size_t max_chunks)
      : affine_(std::move(affine)), plane_(plane), max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t plane = plane_ * context.lanes;
    const size_t channels = affine_.scale.size();
    ForChunks(context.pool, max_chunks_, channels, static_cast<double>(channels * plane),
              [&](size_t, size_t begin, size_t end) {
                for (size_t c = begin; c < end; ++c) {
                  const float* x = context.inputs[0] + c * plane;
                  float* y = context.output + c * plane;
                  const float scale = affine_.scale[c], shift = affine_.shift[c];
                  for (size_t i = 0; i < plane; ++i) y[i] = x[i] * scale + shift;
                }
              });
  }

 private:
  ChannelAffine affine_;
  size_t plane_;  // values of a channel
  size_t max_chunks_;
};

// Where scale, bias, mean or variance are computed: input i is numbers[i - 1], or an activation.
class ComputedBatchNormOp : public OperatorKernel {
 public:
  using Numbers = std::array<std::vector<float>, 4>;

  ComputedBatchNormOp(Numbers numbers, size_t channels, size_t plane, double epsilon,
                      size_t max_chunks)
      : numbers_(std::move(numbers)),
        channels_(channels),
        plane_(plane),
        epsilon_(epsilon),
        max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const double work = static_cast<double>(channels_ * plane_ * context.lanes);
    ForChunks(context.pool, max_chunks_, channels_, work, [&](size_t, size_t begin, size_t end) {
      for (size_t c = begin; c < end; ++c) {
        for (size_t l = 0; l < context.lanes; ++l) Channel(context, c, l);
      }
    });
  }

 private:
  void Channel(const RunContext& context, size_t channel, size_t lane) const {
    const size_t lanes = context.lanes;
    std::array<double, 4> number;
    for (size_t i = 0, next = 1; i < number.size(); ++i) {
      number[i] = numbers_[i].empty() ? context.inputs[next++][channel * lanes + lane]
                                      : numbers_[i][channel];
    }
    const auto [scale, bias, mean, variance] = number;
    const double factor = scale / std::sqrt(variance + epsilon_);
    const float slope = static_cast<float>(factor),
                shift = static_cast<float>(bias - factor * mean);
    const size_t at = channel * plane_ * lanes + lane;
    for (size_t i = 0; i < plane_; ++i) {
      context.output[at + i * lanes] = context.inputs[0][at + i * lanes] * slope + shift;
    }
  }

  Numbers numbers_;
  size_t channels_, plane_;
  double epsilon_;
  size_t max_chunks_;
};

}  // namespace

Status LoadBatchNorm(const NodeContext& context, int64_t channels, ChannelAffine* affine) {
  // scale, B, mean, variance: one value per channel each.
  auto& [scale, shift] = *affine;
  DC_ASSIGN_OR_RETURN(scale, context.Values(1, channels));
  DC_ASSIGN_OR_RETURN(shift, context.Values(2, channels));
  DC_ASSIGN_OR_RETURN(const std::vector<float> mean, context.Values(3, channels));
  DC_ASSIGN_OR_RETURN(const std::vector<float> variance, context.Values(4, channels));
  const double epsilon = context.attributes.Float("epsilon");
  for (size_t c = 0; c < scale.size(); ++c) {
    const double factor = scale[c] / std::sqrt(static_cast<double>(variance[c]) + epsilon);
    scale[c] = static_cast<float>(factor);
    shift[c] = static_cast<float>(shift[c] - factor * mean[c]);
  }
  return OkStatus();
}

StatusOr<NodeResult> MakeBatchNormalization(const NodeContext& context) {
  DC_ASSIGN_OR_RETURN(const Shape shape, context.Item());
  const size_t plane = static_cast<size_t>(CheckedSize(shape, 1, shape.size()));
  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  ComputedBatchNormOp::Numbers numbers;
  bool constant = true;
  for (size_t i = 1; i <= numbers.size(); ++i) {
    constant &= context.IsConstant(i);
    if (!context.IsConstant(i)) continue;
    DC_ASSIGN_OR_RETURN(numbers[i - 1], context.Values(i, shape[0]));
  }
  if (!constant) {
    result.kernel = std::make_unique<ComputedBatchNormOp>(
        std::move(numbers), static_cast<size_t>(shape[0]), plane,
        context.attributes.Float("epsilon"), context.max_chunks);
    return result;
  }
  ChannelAffine affine;
  DC_RETURN_IF_ERROR(LoadBatchNorm(context, shape[0], &affine));
  result.kernel = std::make_unique<BatchNormOp>(std::move(affine), plane, context.max_chunks);
  return result;
}

}  // namespace dc::runtime
