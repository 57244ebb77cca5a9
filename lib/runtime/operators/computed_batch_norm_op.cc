#include "runtime/operators/computed_batch_norm_op.h"

#include <array>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/kernels/chunks.h"

namespace dc::runtime {
namespace {

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

StatusOr<NodeResult> MakeComputedBatchNorm(const NodeContext& context) {
  DC_ASSIGN_OR_RETURN(const Shape shape, context.Item());
  ComputedBatchNormOp::Numbers numbers;
  for (size_t i = 1; i <= numbers.size(); ++i) {
    if (!context.IsConstant(i)) continue;
    DC_ASSIGN_OR_RETURN(numbers[i - 1], context.Values(i, shape[0]));
  }
  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  result.kernel = std::make_unique<ComputedBatchNormOp>(
      std::move(numbers), static_cast<size_t>(shape[0]),
      static_cast<size_t>(CheckedSize(shape, 1, shape.size())), context.attributes.Float("epsilon"),
      context.max_chunks);
  return result;
}

}  // namespace dc::runtime
