// UniformQuantize and BinaryQuantize: values to the nearest of a grid.
#include <memory>
#include <utility>

#include "op/grid_functions.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/broadcast_rows.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// What one value costs, in multiply-adds.
constexpr double kCost = 6;

template <typename Grid>
class QuantizeOp : public OperatorKernel {
 public:
  QuantizeOp(Grid grid, BroadcastRows rows, size_t max_chunks)
      : grid_(grid), rows_(std::move(rows)), max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t lanes = context.lanes, length = rows_.length() * lanes;
    const double work = static_cast<double>(rows_.count() * length) * kCost;
    ForChunks(context.pool, max_chunks_, rows_.count(), work,
              [&](size_t, size_t begin, size_t end) {
                for (size_t row = begin; row < end; ++row) {
                  RowOperand x = rows_.Row(0, context.inputs, row, lanes);
                  RowOperand scale = rows_.Row(1, context.inputs, row, lanes);
                  float* y = context.output + row * length;
                  for (size_t i = 0; i < rows_.length(); ++i, y += lanes) {
                    for (size_t l = 0; l < lanes; ++l) y[l] = grid_(x.Lane(l), scale.Lane(l));
                    x.values += x.step;
                    scale.values += scale.step;
                  }
                }
              });
  }

 private:
  Grid grid_;
  BroadcastRows rows_;
  size_t max_chunks_;
};

struct BinaryGrid {
  float operator()(float x, float scale) const { return op::BinaryValue(x, scale); }
};

template <typename Grid>
StatusOr<NodeResult> Make(const NodeContext& context, Grid grid) {
  DC_ASSIGN_OR_RETURN(BroadcastRows rows, BroadcastRows::Make(context, 2));
  NodeResult result;
  result.kernel = std::make_unique<QuantizeOp<Grid>>(grid, std::move(rows), context.max_chunks);
  return result;
}

}  // namespace

StatusOr<NodeResult> MakeUniformQuantize(const NodeContext& context) {
  return Make(context, op::ReadUniformGrid(context.attributes));
}

StatusOr<NodeResult> MakeBinaryQuantize(const NodeContext& context) {
  return Make(context, BinaryGrid());
}

}  // namespace dc::runtime
