// BatchNormalization with its stored mean and variance: a scale and a shift a channel.
#include <cmath>
#include <memory>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

class BatchNormOp : public OperatorKernel {
 public:
  BatchNormOp(std::vector<float> scale, std::vector<float> shift, size_t plane, size_t max_chunks)
      : scale_(std::move(scale)),
        shift_(std::move(shift)),
        plane_(plane),
        max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t plane = plane_ * context.lanes;
    ForChunks(context.pool, max_chunks_, scale_.size(), static_cast<double>(scale_.size() * plane),
              [&](size_t, size_t begin, size_t end) {
                for (size_t c = begin; c < end; ++c) {
                  const float* x = context.inputs[0] + c * plane;
                  float* y = context.output + c * plane;
                  for (size_t i = 0; i < plane; ++i) y[i] = x[i] * scale_[c] + shift_[c];
                }
              });
  }

 private:
  std::vector<float> scale_, shift_;
  size_t plane_;  // values of a channel
  size_t max_chunks_;
};

}  // namespace

StatusOr<NodeResult> MakeBatchNorm(const NodeContext& context) {
  if (!context.IsActivation(0) || context.inputs[0].shape.empty()) {
    return Unsupported("the input is not an activation with channels", "",
                       "batch normalization needs at least NxC");
  }
  const Shape& shape = context.inputs[0].shape;
  // scale, B, mean, variance: one value a channel each.
  DC_ASSIGN_OR_RETURN(std::vector<float> scale, context.Values(1, shape[0]));
  DC_ASSIGN_OR_RETURN(std::vector<float> shift, context.Values(2, shape[0]));
  DC_ASSIGN_OR_RETURN(const std::vector<float> mean, context.Values(3, shape[0]));
  DC_ASSIGN_OR_RETURN(const std::vector<float> variance, context.Values(4, shape[0]));
  const double epsilon = context.attributes.Float("epsilon");
  for (size_t c = 0; c < scale.size(); ++c) {
    const double factor = scale[c] / std::sqrt(static_cast<double>(variance[c]) + epsilon);
    scale[c] = static_cast<float>(factor);
    shift[c] = static_cast<float>(shift[c] - factor * mean[c]);
  }
  const size_t plane = static_cast<size_t>(CheckedSize(shape, 1, shape.size()));
  NodeResult result{.shape = shape};
  result.kernel =
      std::make_unique<BatchNormOp>(std::move(scale), std::move(shift), plane, context.max_chunks);
  return result;
}

}  // namespace dc::runtime
