// Gemm and MatMul with one matrix of parameters on the right: y = alpha * x * W + beta * b, on
// oneDNN's sgemm. It works on plain layouts and beats the inner product primitives, whose blocked
// weights would have to be reordered every step (docs/decisions).
#include <algorithm>

#include "train/operators/product_operator.h"

namespace dc::train {
namespace {

class GemmKernel : public OperatorKernel {
 public:
  // `columns`: of y. `transposed`: W is [columns, inner], else [inner, columns].
  GemmKernel(NodeBuilder* builder, const Value& x, const Value& y, const Parameter& weight,
             const Parameter* bias, int64_t columns, bool transposed, float alpha, float beta)
      : inner_(x.shape.back()),
        columns_(columns),
        rows_(ElementCount(x.shape) / inner_),
        transposed_(transposed),
        alpha_(alpha),
        beta_(beta),
        x_(x.data, PlainDesc(x.shape)),
        y_(Floats(y.data)),
        w_(Floats(builder->ParameterMemory(weight, PlainDesc(weight.shape)))) {
    if (bias) b_ = Floats(builder->ParameterMemory(*bias, PlainDesc(bias->shape)));
    if (!y.gradient) return;
    dy_ = Floats(y.gradient);
    dx_ = builder->InputGradient(0, PlainDesc(x.shape));
    dw_ = builder->ParameterGradient(weight);
    if (bias) db_ = builder->ParameterGradient(*bias);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    if (b_) {
      for (int64_t r = 0; r < rows_; ++r) {
        for (int64_t c = 0; c < columns_; ++c) y_[r * columns_ + c] = beta_ * b_[c];
      }
    }
    dnnl::sgemm('N', transposed_ ? 'T' : 'N', rows_, columns_, inner_, alpha_, Floats(x_.memory()),
                inner_, w_, transposed_ ? inner_ : columns_, b_ ? 1.0f : 0.0f, y_, columns_);
  }

  void Backward(dnnl::stream& stream) override {
    if (db_.needed()) {
      float* db = Floats(db_.memory());
      std::fill(db, db + columns_, 0.0f);
      for (int64_t r = 0; r < rows_; ++r) {
        for (int64_t c = 0; c < columns_; ++c) db[c] += beta_ * dy_[r * columns_ + c];
      }
      db_.Flush(stream);
    }
    if (dw_.needed()) {
      const float* x = Floats(x_.memory());
      // dW = alpha * dy^T x where W is transposed, else alpha * x^T dy.
      const float* left = transposed_ ? dy_ : x;
      const float* right = transposed_ ? x : dy_;
      const int64_t m = transposed_ ? columns_ : inner_;
      const int64_t n = transposed_ ? inner_ : columns_;
      dnnl::sgemm('T', 'N', m, n, rows_, alpha_, left, m, right, n, 0.0f, Floats(dw_.memory()), n);
      dw_.Flush(stream);
    }
    if (dx_.needed()) {
      dnnl::sgemm('N', transposed_ ? 'N' : 'T', rows_, inner_, columns_, alpha_, dy_, columns_, w_,
                  transposed_ ? inner_ : columns_, 0.0f, Floats(dx_.memory()), inner_);
      dx_.Flush(stream);
    }
  }

 private:
  const int64_t inner_, columns_, rows_;
  const bool transposed_;
  const float alpha_, beta_;
  InputView x_;
  float* y_;
  const float* w_;
  const float* b_ = nullptr;
  float* dy_ = nullptr;
  GradientSink dx_, dw_, db_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeGemm(NodeBuilder* builder) {
  const op::Attributes& attributes = builder->attributes();
  const bool gemm = &builder->record() == &op::kGemm;
  const auto parameter = [&](size_t i) -> StatusOr<const Parameter*> {
    if (!builder->IsConstant(i)) return static_cast<const Parameter*>(nullptr);
    return builder->ParameterAt(i);
  };
  DC_ASSIGN_OR_RETURN(const Parameter* weight, parameter(1));
  DC_ASSIGN_OR_RETURN(const Parameter* bias, parameter(2));
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  const int64_t columns = shape.back();
  const bool one_weight = weight != nullptr && weight->shape.size() == 2 && !builder->IsConstant(0);
  const bool row = bias == nullptr ? builder->node().Input(2).empty()
                                   : bias->size == static_cast<size_t>(columns) &&
                                         !bias->shape.empty() && bias->shape.back() == columns;
  if (!one_weight || !row || (gemm && attributes.Int("transA") != 0)) return MakeProduct(builder);
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  const bool transposed = gemm && attributes.Int("transB") != 0;
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  return std::unique_ptr<OperatorKernel>(std::make_unique<GemmKernel>(
      builder, *x, *y, *weight, bias, columns, transposed, gemm ? attributes.Float("alpha") : 1.0f,
      gemm ? attributes.Float("beta") : 1.0f));
}

}  // namespace dc::train
