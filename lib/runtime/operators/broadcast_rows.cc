#include "runtime/operators/broadcast_rows.h"

#include "runtime/kernels/build.h"

namespace dc::runtime {
namespace {

// How far apart the elements of `own` are along the dimensions of a value of rank `rank`.
std::vector<int64_t> BroadcastStrides(Shape own, size_t rank) {
  own.insert(own.begin(), rank - own.size(), 1);
  std::vector<int64_t> strides(rank);
  int64_t stride = 1;
  for (size_t d = rank; d-- > 0;) {
    strides[d] = own[d] == 1 ? 0 : stride;
    stride *= own[d];
  }
  return strides;
}

}  // namespace

StatusOr<BroadcastRows> BroadcastRows::Make(const NodeContext& context, size_t operands) {
  BroadcastRows rows;
  rows.shape_ = context.output;
  if (rows.shape_.empty()) rows.shape_ = {1};  // one value
  size_t activations = 0;
  for (size_t i = 0; i < operands; ++i) {
    Operand& operand = rows.operands_[i];
    operand.strides = BroadcastStrides(context.inputs[i].shape, rows.shape_.size());
    if (context.IsActivation(i)) {
      operand.activation = activations++;
    } else {
      DC_ASSIGN_OR_RETURN(operand.constant,
                          context.Values(i, CheckedSize(context.inputs[i].shape)));
    }
  }
  if (activations == 0) {
    return Unsupported("all operands are constants", "", "fold them into the model first");
  }
  if (!kForSize) rows.Merge(operands);
  rows.inner_ = static_cast<size_t>(rows.shape_.back());
  rows.outer_ = static_cast<size_t>(CheckedSize(rows.shape_, 0, rows.shape_.size() - 1));
  return rows;
}

void BroadcastRows::Merge(size_t operands) {
  for (size_t d = shape_.size() - 1; d-- > 0;) {
    // What is left of a row is still enough for several threads.
    const bool long_enough = d + 2 == shape_.size() && shape_[d + 1] >= kLongRow;
    bool alike = !long_enough;
    for (size_t i = 0; i < operands; ++i) {
      const std::vector<int64_t>& strides = operands_[i].strides;
      alike &= strides[d] == shape_[d + 1] * strides[d + 1];
    }
    // Of a dimension of one element the strides do not matter.
    const bool drop_next = shape_[d + 1] == 1;
    if (!alike && !drop_next && shape_[d] != 1) continue;
    shape_[d + 1] *= shape_[d];
    const ptrdiff_t dropped = static_cast<ptrdiff_t>(drop_next ? d + 1 : d);
    shape_.erase(shape_.begin() + static_cast<ptrdiff_t>(d));
    for (size_t i = 0; i < operands; ++i) {
      operands_[i].strides.erase(operands_[i].strides.begin() + dropped);
    }
  }
}

RowOperand BroadcastRows::Row(size_t i, std::span<const float* const> inputs, size_t row,
                              size_t lanes) const {
  const Operand& operand = operands_[i];
  int64_t at = 0;
  for (size_t d = shape_.size() - 1; d-- > 0;) {
    const size_t extent = static_cast<size_t>(shape_[d]);
    at += static_cast<int64_t>(row % extent) * operand.strides[d];
    row /= extent;
  }
  const bool constant = !operand.constant.empty();
  // A constant has one value where an activation has one per lane.
  const size_t unit = constant ? 1 : lanes;
  const float* values = constant ? operand.constant.data() : inputs[operand.activation];
  return {values + static_cast<size_t>(at) * unit,
          static_cast<size_t>(operand.strides.back()) * unit, constant};
}

}  // namespace dc::runtime
