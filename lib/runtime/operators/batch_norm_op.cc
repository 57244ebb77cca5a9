// BatchNormalization with its stored mean and variance: a scale and a shift per channel.
#include <cmath>
#include <memory>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/channel_affine.h"
#include "runtime/operators/rare_operands.h"
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
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    if (context.IsConstant(i)) continue;
    const RareOperands* rare = FindRareOperands();
    return rare == nullptr ? RareOperandsLeftOut() : rare->norm(context);
  }
  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  ChannelAffine affine;
  DC_RETURN_IF_ERROR(LoadBatchNorm(context, shape[0], &affine));
  result.kernel = std::make_unique<BatchNormOp>(std::move(affine), plane, context.max_chunks);
  return result;
}

}  // namespace dc::runtime
