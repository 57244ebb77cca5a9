// Gather at computed indices, whole numbers in floats, from a table (an embedding) or from what is
// computed. What is no index is NaN. Constant indices only move values.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "entropy/common/matrix_shape.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/moved_values.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// A constant as it is read at random: its numbers, or the code of each and the codebook.
class Table {
 public:
  static StatusOr<Table> Load(const NodeContext& context, size_t input) {
    DC_ASSIGN_OR_RETURN(Constant constant, context.load(context.inputs[input].tensor));
    const int64_t size = CheckedSize(constant.shape);
    Table table;
    if (!constant.values.empty()) {
      table.values_ = std::move(constant.values);
      return table;
    }
    if (size < 0) return Unsupported("a table of more than 2^28 values", "", "use a smaller one");
    table.values_ = std::move(constant.codebook);
    uint16_t absent = 0;
    if (constant.sparse) {
      // What has no code is 0, an entry of its own.
      if (table.values_.size() > std::numeric_limits<uint16_t>::max()) {
        return Unsupported("a sparse table of 65536 different values", "", "use fewer");
      }
      absent = static_cast<uint16_t>(table.values_.size());
      table.values_.push_back(0.0f);
    }
    table.codes_.assign(static_cast<size_t>(size), absent);
    const MatrixShape matrix = MatrixOf(constant.shape);
    for (uint32_t i = 0; i < constant.codes.size(); ++i) {
      const uint32_t place = constant.sparse ? constant.positions[i] : i;
      table.codes_[ElementAt(matrix, constant.column_major, place)] = constant.codes[i];
    }
    return table;
  }

  float operator[](size_t i) const { return codes_.empty() ? values_[i] : values_[codes_[i]]; }
  bool empty() const { return values_.empty(); }
  int64_t bytes() const {
    return static_cast<int64_t>(values_.size() * sizeof(float) + codes_.size() * sizeof(uint16_t));
  }

 private:
  std::vector<float> values_;
  std::vector<uint16_t> codes_;  // empty: values_ are the elements
};

class GatherOp : public OperatorKernel {
 public:
  // The data, `table` or an activation, is [outer][rows][inner], the output
  // [outer][indices][inner].
  GatherOp(Table table, size_t outer, size_t rows, size_t inner, size_t indices, size_t max_chunks)
      : table_(std::move(table)),
        outer_(outer),
        rows_(rows),
        inner_(inner),
        indices_(indices),
        max_chunks_(max_chunks) {}

  int64_t ResidentBytes() const override { return table_.bytes(); }

  void Run(const RunContext& context) const override {
    const size_t lanes = context.lanes, count = outer_ * indices_;
    const float* indices = context.inputs[table_.empty() ? 1 : 0];
    const double work = static_cast<double>(count * inner_ * lanes);
    ForChunks(context.pool, max_chunks_, count, work, [&](size_t, size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const float* index = indices + i % indices_ * lanes;
        for (size_t lane = 0; lane < lanes; ++lane) {
          float* y = context.output + i * inner_ * lanes + lane;
          RunRow(context, i / indices_, index[lane], lane, y);
        }
      }
    });
  }

 private:
  void RunRow(const RunContext& context, size_t outer, float index, size_t lane, float* y) const {
    const size_t lanes = context.lanes;
    if (index < 0) index += static_cast<float>(rows_);
    if (!(index >= 0 && index < static_cast<float>(rows_))) {
      for (size_t i = 0; i < inner_; ++i) y[i * lanes] = std::numeric_limits<float>::quiet_NaN();
      return;
    }
    const size_t first = (outer * rows_ + static_cast<size_t>(index)) * inner_;
    if (table_.empty()) {
      const float* x = context.inputs[0] + first * lanes + lane;
      for (size_t i = 0; i < inner_; ++i) y[i * lanes] = x[i * lanes];
    } else {
      for (size_t i = 0; i < inner_; ++i) y[i * lanes] = table_[first + i];
    }
  }

  Table table_;
  size_t outer_, rows_, inner_, indices_;
  size_t max_chunks_;
};

}  // namespace

StatusOr<NodeResult> MakeGather(const NodeContext& context) {
  const Shape& x = context.inputs[0].shape;
  const size_t axis = *op::Axis(context.attributes.Int("axis"), x.size());
  const int64_t count = CheckedSize(context.inputs[1].shape);
  if (context.IsConstant(1)) {
    DC_ASSIGN_OR_RETURN(const std::vector<float> values, context.Values(1, count));
    std::vector<int64_t> indices;
    for (float value : values) {
      const bool whole = std::abs(value) <= 0x1p24f && value == std::floor(value);
      if (!whole) return BadInput("an index that is no whole number", "", "encode the model again");
      indices.push_back(static_cast<int64_t>(value));
    }
    op::ElementMap map;
    DC_RETURN_IF_ERROR(op::MapGather(x, axis, indices, &map));
    return MoveValues(context, std::move(map));
  }
  Table table;
  if (context.IsConstant(0)) {
    DC_ASSIGN_OR_RETURN(table, Table::Load(context, 0));
  }
  NodeResult result;
  result.kernel = std::make_unique<GatherOp>(
      std::move(table), static_cast<size_t>(CheckedSize(x, 0, axis)), static_cast<size_t>(x[axis]),
      static_cast<size_t>(CheckedSize(x, axis + 1, x.size())), static_cast<size_t>(count),
      context.max_chunks);
  return result;
}

}  // namespace dc::runtime
