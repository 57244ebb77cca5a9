// What goes before and after the kernel of a Gemm: a turned input, a matrix that is added.
#include <memory>
#include <utility>

#include "runtime/kernels/shift.h"
#include "runtime/operators/product.h"

namespace dc::runtime {
namespace {

// A kernel that does something around another.
class AroundOp : public OperatorKernel {
 public:
  explicit AroundOp(std::unique_ptr<OperatorKernel> kernel) : kernel_(std::move(kernel)) {}

  uint64_t ScratchFloats(Lanes lanes) const override { return kernel_->ScratchFloats(lanes); }
  int64_t ResidentBytes() const override { return kernel_->ResidentBytes(); }
  void PrepareBatch() override { kernel_->PrepareBatch(); }
  void DropBatch() override { kernel_->DropBatch(); }

 protected:
  const OperatorKernel& kernel() const { return *kernel_; }

 private:
  std::unique_ptr<OperatorKernel> kernel_;
};

class TurnedOp : public AroundOp {
 public:
  TurnedOp(std::unique_ptr<OperatorKernel> kernel, size_t rows, size_t columns)
      : AroundOp(std::move(kernel)), rows_(rows), columns_(columns) {}

  uint64_t ScratchFloats(Lanes lanes) const override {
    return TurnedFloats(lanes) + kernel().ScratchFloats(lanes);
  }

  void Run(const RunContext& context) const override {
    const size_t lanes = context.lanes;
    const float* x = context.inputs[0];
    for (size_t r = 0; r < rows_; ++r) {
      for (size_t c = 0; c < columns_; ++c, x += lanes) {
        float* to = context.scratch + (c * rows_ + r) * lanes;
        for (size_t l = 0; l < lanes; ++l) to[l] = x[l];
      }
    }
    const float* turned = context.scratch;
    RunContext inner = context;
    inner.inputs = {&turned, 1};
    inner.scratch = context.scratch + TurnedFloats(lanes);
    kernel().Run(inner);
  }

 private:
  uint64_t TurnedFloats(size_t lanes) const {
    return RoundUpToShiftUnit(rows_ * columns_ * lanes + kReadSlack);
  }

  size_t rows_, columns_;
};

// y = limit(scale * (y + beta * c) + bias), scale and bias of each column.
class AddMatrixOp : public AroundOp {
 public:
  struct Matrix {
    std::vector<float> constant;  // scaled by beta already; empty: the last activation
    float beta = 1;
    size_t row_stride = 0, column_stride = 0;  // 0 where it has one row, one column
  };

  AddMatrixOp(std::unique_ptr<OperatorKernel> kernel, size_t rows, size_t columns, Matrix matrix,
              RowEpilogue epilogue)
      : AroundOp(std::move(kernel)),
        rows_(rows),
        columns_(columns),
        matrix_(std::move(matrix)),
        epilogue_(std::move(epilogue)) {}

  void Run(const RunContext& context) const override {
    kernel().Run(context);
    const size_t lanes = context.lanes;
    const bool computed = matrix_.constant.empty();
    const float* c = computed ? context.inputs.back() : matrix_.constant.data();
    const Epilogue epilogue = epilogue_.Get();
    float* y = context.output;
    for (size_t row = 0; row < rows_; ++row) {
      for (size_t column = 0; column < columns_; ++column, y += lanes) {
        const size_t at = row * matrix_.row_stride + column * matrix_.column_stride;
        for (size_t l = 0; l < lanes; ++l) {
          const float addend = computed ? matrix_.beta * c[at * lanes + l] : c[at];
          y[l] = epilogue(column, y[l] + addend);
        }
      }
    }
  }

 private:
  size_t rows_, columns_;
  Matrix matrix_;
  RowEpilogue epilogue_;
};

}  // namespace

std::unique_ptr<OperatorKernel> MakeTurned(std::unique_ptr<OperatorKernel> kernel, int64_t rows,
                                           int64_t columns) {
  return std::make_unique<TurnedOp>(std::move(kernel), static_cast<size_t>(rows),
                                    static_cast<size_t>(columns));
}

StatusOr<NodeResult> AddMatrix(const NodeContext& context, const MatrixShapes& shape,
                               NodeResult result) {
  const Shape& own = context.inputs[2].shape;
  const int64_t columns = own.empty() ? 1 : own.back();
  AddMatrixOp::Matrix matrix;
  matrix.beta = context.attributes.Float("beta");
  matrix.column_stride = columns > 1 ? 1 : 0;
  matrix.row_stride = own.size() > 1 && own[0] > 1 ? static_cast<size_t>(columns) : 0;
  if (context.IsConstant(2)) {
    DC_ASSIGN_OR_RETURN(matrix.constant, context.Values(2, CheckedSize(own)));
    for (float& value : matrix.constant) value *= matrix.beta;
  }
  const size_t width = static_cast<size_t>(shape.columns);
  result.kernel = std::make_unique<AddMatrixOp>(
      std::move(result.kernel), static_cast<size_t>(shape.rows), width, std::move(matrix),
      context.EpilogueOf(std::vector<float>(width, 0.0f)));
  return result;
}

}  // namespace dc::runtime
