// Operators that only move values: Slice, Pad, Expand, Tile, Transpose, DepthToSpace, SpaceToDepth,
// Resize to the nearest, and Gather, of constant indices from what is computed and of computed
// indices from a table (an embedding).
#include <algorithm>
#include <limits>

#include "op/resize.h"
#include "train/build/node_builder.h"

namespace dc::train {
namespace {

// y[i] = x[map(i)].
class MoveKernel : public OperatorKernel {
 public:
  MoveKernel(InputView x, const Value& y, op::ElementMap map, GradientSink dx)
      : x_(std::move(x)), y_(y), map_(std::move(map)), dx_(std::move(dx)) {}

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    const float* x = Floats(x_.memory());
    const auto last = map_.last();
    op::VisitRuns(map_, [&](int64_t from, int64_t to) {
      float* y = Floats(y_.data) + to;
      for (size_t i = 0; i < last.size(); ++i) {
        y[i] = from < 0 || last[i] < 0 ? map_.fill : x[from + last[i]];
      }
    });
  }

  void Backward(dnnl::stream& stream) override {
    if (!dx_.needed()) return;
    float* dx = Floats(dx_.memory());
    std::fill(dx, dx + PhysicalCount(dx_.memory().get_desc()), 0.0f);
    const auto last = map_.last();
    op::VisitRuns(map_, [&](int64_t from, int64_t to) {
      if (from < 0) return;
      const float* dy = Floats(y_.gradient) + to;
      for (size_t i = 0; i < last.size(); ++i) {
        if (last[i] >= 0) dx[from + last[i]] += dy[i];
      }
    });
    dx_.Flush(stream);
  }

 private:
  InputView x_;
  const Value& y_;
  const op::ElementMap map_;
  GradientSink dx_;
};

// Rows of a table at indices that the network computes: whole numbers in floats. What is no row is
// NaN.
class EmbeddingKernel : public OperatorKernel {
 public:
  // The table is [outer][rows][inner], the output [outer][indices][inner].
  // Indices have no gradient: where one is asked for, it is 0.
  EmbeddingKernel(InputView table, InputView indices, const Value& y, int64_t outer, int64_t rows,
                  int64_t inner, GradientSink gradient, GradientSink zero)
      : table_(std::move(table)),
        indices_(std::move(indices)),
        y_(y),
        outer_(outer),
        rows_(rows),
        inner_(inner),
        count_(static_cast<int64_t>(PhysicalCount(indices_.memory().get_desc()))),
        gradient_(std::move(gradient)),
        zero_(std::move(zero)) {}

  void Forward(dnnl::stream& stream, const StepContext&) override {
    table_.Refresh(stream);
    indices_.Refresh(stream);
    const float* table = Floats(table_.memory());
    float* y = Floats(y_.data);
    ForRows([&](int64_t row, int64_t to) {
      if (row < 0) {
        std::fill_n(y + to, inner_, std::numeric_limits<float>::quiet_NaN());
      } else {
        std::copy_n(table + row, inner_, y + to);
      }
    });
  }

  void Backward(dnnl::stream& stream) override {
    if (zero_.needed()) {
      std::fill_n(Floats(zero_.memory()), count_, 0.0f);
      zero_.Flush(stream);
    }
    if (!gradient_.needed()) return;
    float* gradient = Floats(gradient_.memory());
    std::fill_n(gradient, outer_ * rows_ * inner_, 0.0f);
    const float* dy = Floats(y_.gradient);
    ForRows([&](int64_t row, int64_t from) {
      for (int64_t i = 0; row >= 0 && i < inner_; ++i) gradient[row + i] += dy[from + i];
    });
    gradient_.Flush(stream);
  }

 private:
  // Calls visit(where a row of the table begins or -1, where the output's does).
  template <typename Visit>
  void ForRows(Visit visit) const {
    const float* indices = Floats(indices_.memory());
    for (int64_t o = 0; o < outer_; ++o) {
      for (int64_t i = 0; i < count_; ++i) {
        const float index = indices[i] < 0 ? indices[i] + static_cast<float>(rows_) : indices[i];
        const bool inside = index >= 0 && index < static_cast<float>(rows_);
        visit(inside ? (o * rows_ + static_cast<int64_t>(index)) * inner_ : -1,
              (o * count_ + i) * inner_);
      }
    }
  }

  InputView table_, indices_;
  const Value& y_;
  const int64_t outer_, rows_, inner_, count_;
  GradientSink gradient_, zero_;
};

// The elements of an integer constant.
std::vector<int64_t> IndicesOf(const Tensor& tensor) {
  if (tensor.type == DataType::kInt64) {
    const auto values = tensor.data<int64_t>();
    return {values.begin(), values.end()};
  }
  const auto values = tensor.data<int32_t>();
  return {values.begin(), values.end()};
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeMove(NodeBuilder* builder) {
  std::vector<int64_t> x_shape;
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  GradientSink dx;
  DC_ASSIGN_OR_RETURN(InputView x, builder->PlainInput(0, &x_shape, y->gradient ? &dx : nullptr));
  const op::MapElements* map =
      builder->record().map != nullptr ? builder->record().map : op::MapNearest;
  return std::unique_ptr<OperatorKernel>(std::make_unique<MoveKernel>(
      std::move(x), *y, map(builder->attributes(), x_shape, shape), std::move(dx)));
}

StatusOr<std::unique_ptr<OperatorKernel>> MakeGather(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  std::vector<int64_t> x_shape, index_shape;
  GradientSink dx, zero;
  DC_ASSIGN_OR_RETURN(InputView x, builder->PlainInput(0, &x_shape, y->gradient ? &dx : nullptr));
  const size_t axis = *op::Axis(builder->attributes().Int("axis"), x_shape.size());
  if (builder->IsConstant(1)) {
    const Tensor& indices = *builder->graph().Constant(builder->node().Input(1));
    if (indices.type != DataType::kInt64 && indices.type != DataType::kInt32) {
      return builder->Invalid(std::string("indices of type ") + NameOf(indices.type));
    }
    op::ElementMap map;
    const Status status = op::MapGather(x_shape, axis, IndicesOf(indices), &map);
    if (!status.ok()) return status.At(NodeLabel(builder->node()));
    return std::unique_ptr<OperatorKernel>(
        std::make_unique<MoveKernel>(std::move(x), *y, std::move(map), std::move(dx)));
  }
  if (!builder->IsConstant(0)) {
    return builder->NotCovered("computed indices of a computed value",
                               "training covers Gather from a constant, or at constants");
  }
  DC_ASSIGN_OR_RETURN(InputView indices,
                      builder->PlainInput(1, &index_shape, y->gradient ? &zero : nullptr));
  int64_t outer = 1, inner = 1;
  for (size_t d = 0; d < x_shape.size(); ++d) {
    if (d < axis) outer *= x_shape[d];
    if (d > axis) inner *= x_shape[d];
  }
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<EmbeddingKernel>(std::move(x), std::move(indices), *y, outer, x_shape[axis],
                                        inner, std::move(dx), std::move(zero)));
}

}  // namespace dc::train
