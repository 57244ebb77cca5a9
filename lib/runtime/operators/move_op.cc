// Operators that only move values: Slice, Pad, Expand, Tile, Transpose, DepthToSpace, SpaceToDepth,
// Resize to the nearest, and Gather at constant indices. The batch moves with the other dimensions,
// and its samples stay what they are.
#include "runtime/operators/move_op.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "op/resize.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/moved_values.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// offsets[i] = i * stride
bool AreSteps(const std::vector<int64_t>& offsets, int64_t stride) {
  for (size_t i = 0; i < offsets.size(); ++i) {
    if (offsets[i] != static_cast<int64_t>(i) * stride) return false;
  }
  return true;
}

// Makes one axis of the last ones that are one row in the input, too.
void JoinLastAxes(op::ElementMap* map) {
  auto& offsets = map->offsets;
  if (offsets.empty()) offsets = {{0}};
  while (offsets.size() > 1) {
    const auto inner = static_cast<int64_t>(offsets.back().size());
    std::vector<int64_t>& before = offsets[offsets.size() - 2];
    if (!AreSteps(offsets.back(), 1) || !AreSteps(before, inner)) return;
    before = op::Steps(static_cast<int64_t>(before.size()) * inner, 1);
    offsets.pop_back();
  }
}

class MoveOp : public OperatorKernel {
 public:
  // `constant`: the input's values, where it is one; else empty.
  MoveOp(op::ElementMap map, std::vector<float> constant, size_t max_chunks)
      : map_(std::move(map)), constant_(std::move(constant)), max_chunks_(max_chunks) {
    JoinLastAxes(&map_);
    row_ = map_.offsets.back().size();
    is_copy_ = AreSteps(map_.offsets.back(), 1);
    for (size_t d = 0; d + 1 < map_.offsets.size(); ++d) rows_ *= map_.offsets[d].size();
  }

  void Run(const RunContext& context) const override {
    constexpr double kIndexCost = 4;  // multiply-adds
    const double work = static_cast<double>(rows_ * (row_ + 4)) * kIndexCost;
    ForChunks(context.pool, max_chunks_, rows_, work, [&](size_t, size_t begin, size_t end) {
      for (size_t row = begin; row < end; ++row) RunRow(context, row);
    });
  }

 private:
  void RunRow(const RunContext& context, size_t row) const {
    const size_t lanes = context.lanes;
    float* y = context.output + row * row_ * lanes;
    const int64_t from = Source(row);
    if (from < 0) {
      std::fill_n(y, row_ * lanes, map_.fill);
    } else if (!constant_.empty()) {
      for (int64_t offset : map_.offsets.back()) {
        y = std::fill_n(y, lanes, offset < 0 ? map_.fill : constant_[At(from + offset)]);
      }
    } else if (is_copy_) {
      std::copy_n(context.inputs[0] + At(from) * lanes, row_ * lanes, y);
    } else if (lanes == 1) {
      const float* x = context.inputs[0] + from;
      const int64_t* offsets = map_.offsets.back().data();
      for (size_t i = 0; i < row_; ++i) y[i] = offsets[i] < 0 ? map_.fill : x[offsets[i]];
    } else {
      for (int64_t offset : map_.offsets.back()) {
        y = offset < 0 ? std::fill_n(y, lanes, map_.fill)
                       : std::copy_n(context.inputs[0] + At(from + offset) * lanes, lanes, y);
      }
    }
  }

  static size_t At(int64_t element) { return static_cast<size_t>(element); }

  // Where row `row` of the output begins in the input; negative where it is filled.
  int64_t Source(size_t row) const {
    int64_t source = 0;
    for (size_t d = map_.offsets.size() - 1; d-- > 0;) {
      const std::vector<int64_t>& offsets = map_.offsets[d];
      const int64_t offset = offsets[row % offsets.size()];
      if (offset < 0) return -1;
      source += offset;
      row /= offsets.size();
    }
    return source;
  }

  op::ElementMap map_;
  std::vector<float> constant_;
  size_t max_chunks_;
  size_t row_ = 1, rows_ = 1;
  bool is_copy_ = false;
};

}  // namespace

StatusOr<NodeResult> MoveValues(const NodeContext& context, op::ElementMap map) {
  std::vector<float> constant;
  if (context.IsConstant(0)) {
    DC_ASSIGN_OR_RETURN(constant, context.Values(0, CheckedSize(context.inputs[0].shape)));
  }
  NodeResult result;
  result.kernel = std::make_unique<MoveOp>(std::move(map), std::move(constant), context.max_chunks);
  return result;
}

StatusOr<NodeResult> MakeMove(const NodeContext& context) {
  const op::MapElements* map = op::FindOperator(context.node.op)->map;
  if (map == nullptr) map = op::MapNearest;
  return MoveValues(context, map(context.attributes, context.inputs[0].shape, context.output));
}

StatusOr<NodeResult> MakeTranspose(const NodeContext& context) { return MakeMove(context); }
StatusOr<NodeResult> MakeSlice(const NodeContext& context) { return MakeMove(context); }
StatusOr<NodeResult> MakePad(const NodeContext& context) { return MakeMove(context); }
StatusOr<NodeResult> MakeExpand(const NodeContext& context) { return MakeMove(context); }
StatusOr<NodeResult> MakeTile(const NodeContext& context) { return MakeMove(context); }
StatusOr<NodeResult> MakeDepthToSpace(const NodeContext& context) { return MakeMove(context); }
StatusOr<NodeResult> MakeSpaceToDepth(const NodeContext& context) { return MakeMove(context); }

}  // namespace dc::runtime
