// Products of a constant weight on the left with an activation on the right.
#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/product.h"

namespace dc::runtime {
namespace {

// The columns of the activation lie side by side as the samples of a batch do.
class LeftWeightOp : public OperatorKernel {
 public:
  LeftWeightOp(std::vector<LayerWeight> weights, std::vector<MatrixPart> parts, size_t columns,
               size_t max_chunks)
      : weights_(std::move(weights)),
        parts_(std::move(parts)),
        columns_(columns),
        max_chunks_(max_chunks) {}

  int64_t ResidentBytes() const override {
    int64_t bytes = 0;
    for (const LayerWeight& weight : weights_) bytes += weight.ResidentBytes();
    return bytes;
  }

  void Run(const RunContext& context) const override {
    const size_t width = columns_ * context.lanes;
    for (const MatrixPart& part : parts_) {
      const LayerWeight& weight = weights_[part.weight];
      const Shift shift = weight.SideBySide(context.inputs[0] + part.x * context.lanes, width,
                                            context.output + part.y * context.lanes);
      const Epilogue epilogue = weight.epilogue.Get();
      const Form& form = weight.shift_form();
      ForChunks(context.pool, max_chunks_, form.Parts(),
                weight.multiply_adds * static_cast<double>(width),
                [&](size_t, size_t begin, size_t end) {
                  form.MultiplyShift(begin, end, shift, epilogue);
                });
    }
  }

 private:
  std::vector<LayerWeight> weights_;
  std::vector<MatrixPart> parts_;
  size_t columns_;  // of the activation
  size_t max_chunks_;
};

}  // namespace

StatusOr<NodeResult> MakeWeightOnTheLeft(const NodeContext& context, const MatrixShapes& shape,
                                         ProductWeight weight) {
  const WeightShape weight_shape{.product = Product::kShift,
                                 .rows = static_cast<uint32_t>(shape.rows),
                                 .columns = static_cast<uint32_t>(shape.inner),
                                 .transposed = shape.turn_a,
                                 .threads = context.max_chunks};
  const bool adds = HasAddend(context);
  RowEpilogue epilogue{.bias = std::vector<float>(static_cast<size_t>(shape.rows), 0.0f)};
  if (!adds) {
    epilogue.low = context.low;
    epilogue.high = context.high;
  }
  NodeResult result;
  DC_ASSIGN_OR_RETURN(
      std::vector<LayerWeight> weights,
      LayOutMatrices(context, std::move(weight.matrices), weight_shape, epilogue, &result));
  result.kernel =
      std::make_unique<LeftWeightOp>(std::move(weights), std::move(weight.parts),
                                     static_cast<size_t>(shape.columns), context.max_chunks);
  if (shape.turn_b) {
    result.kernel = MakeTurned(std::move(result.kernel), shape.columns, shape.inner);
  }
  if (adds) return AddMatrix(context, shape, std::move(result));
  return result;
}

}  // namespace dc::runtime
