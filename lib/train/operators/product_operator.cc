// Gemm and MatMul in full: either operand computed or a parameter, matrices side by side that
// broadcast, a bias of any shape, computed or not; on oneDNN's sgemm.
#include "train/operators/product_operator.h"

#include <algorithm>
#include <utility>

namespace dc::train {
namespace {

using Shape = std::vector<int64_t>;

// One operand: a value or a parameter, as row-major floats.
class Operand {
 public:
  // Input `index` of the builder's node.
  static StatusOr<Operand> Make(NodeBuilder* builder, size_t index) {
    Operand operand;
    operand.index_ = index;
    if (builder->IsConstant(index)) {
      DC_ASSIGN_OR_RETURN(operand.parameter_, builder->ParameterAt(index));
      operand.shape_ = operand.parameter_->shape;
      operand.constant_ =
          Floats(builder->ParameterMemory(*operand.parameter_, PlainDesc(operand.shape_)));
    } else {
      DC_ASSIGN_OR_RETURN(const Value* value, builder->Input(index));
      operand.shape_ = value->shape;
      operand.view_ = InputView(value->data, PlainDesc(value->shape));
    }
    return operand;
  }

  const Shape& shape() const { return shape_; }
  void Refresh(dnnl::stream& stream) const {
    if (constant_ == nullptr) view_.Refresh(stream);
  }
  const float* data() const { return constant_ ? constant_ : Floats(view_.memory()); }

  // Asks for the gradient; call once, in the order of the inputs.
  void BindGradient(NodeBuilder* builder) {
    gradient_ = parameter_ ? builder->ParameterGradient(*parameter_)
                           : builder->InputGradient(index_, PlainDesc(shape_));
  }
  const GradientSink& gradient() const { return gradient_; }
  // The gradient's floats, set to zero.
  float* ClearedGradient() const {
    float* floats = Floats(gradient_.memory());
    std::fill_n(floats, ElementCount(shape_), 0.0f);
    return floats;
  }

 private:
  size_t index_ = 0;
  Shape shape_;
  const Parameter* parameter_ = nullptr;
  const float* constant_ = nullptr;
  InputView view_;
  GradientSink gradient_;
};

// For each element of `whole`, row-major, the element of `part`, which broadcasts to it, times
// `unit`.
std::vector<int64_t> BroadcastIndex(const Shape& whole, const Shape& part, int64_t unit) {
  const size_t rank = whole.size();
  std::vector<int64_t> strides(rank, 0);
  int64_t stride = unit;
  for (size_t back = 1; back <= part.size() && back <= rank; ++back) {
    const int64_t size = part[part.size() - back];
    if (size != 1) strides[rank - back] = stride;
    stride *= size;
  }
  std::vector<int64_t> index(static_cast<size_t>(ElementCount(whole)));
  for (size_t i = 0; i < index.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), at = 0;
    for (size_t d = rank; d-- > 0;) {
      at += rest % whole[d] * strides[d];
      rest /= whole[d];
    }
    index[i] = at;
  }
  return index;
}

// The matrices of a product: y = alpha * op(a) op(b), each `rows` x `inner` and `inner` x
// `columns`.
struct Matrices {
  int64_t rows = 1, inner = 1, columns = 1;
  bool turn_a = false, turn_b = false;
  float alpha = 1, beta = 1;
  std::vector<int64_t> a_at, b_at;  // where the operands of matrix i of the output begin
};

class ProductKernel : public OperatorKernel {
 public:
  ProductKernel(NodeBuilder* builder, Matrices matrices, Operand a, Operand b,
                std::optional<Operand> bias, const Value& y)
      : m_(std::move(matrices)), a_(std::move(a)), b_(std::move(b)), bias_(std::move(bias)), y_(y) {
    if (bias_) bias_at_ = BroadcastIndex(y.shape, bias_->shape(), 1);
    if (!y.gradient) return;
    a_.BindGradient(builder);
    b_.BindGradient(builder);
    if (bias_) bias_->BindGradient(builder);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    a_.Refresh(stream);
    b_.Refresh(stream);
    float* y = Floats(y_.data);
    if (bias_) {
      bias_->Refresh(stream);
      const float* bias = bias_->data();
      for (size_t i = 0; i < bias_at_.size(); ++i) y[i] = m_.beta * bias[bias_at_[i]];
    }
    const char turn_a = m_.turn_a ? 'T' : 'N', turn_b = m_.turn_b ? 'T' : 'N';
    for (size_t i = 0; i < m_.a_at.size(); ++i, y += m_.rows * m_.columns) {
      dnnl::sgemm(turn_a, turn_b, m_.rows, m_.columns, m_.inner, m_.alpha, a_.data() + m_.a_at[i],
                  a_pitch(), b_.data() + m_.b_at[i], b_pitch(), bias_ ? 1.0f : 0.0f, y, m_.columns);
    }
  }

  void Backward(dnnl::stream& stream) override {
    if (bias_ && bias_->gradient().needed()) {
      float* gradient = bias_->ClearedGradient();
      const float* dy = Floats(y_.gradient);
      for (size_t i = 0; i < bias_at_.size(); ++i) gradient[bias_at_[i]] += m_.beta * dy[i];
      bias_->gradient().Flush(stream);
    }
    if (b_.gradient().needed()) {
      GradientOfB();
      b_.gradient().Flush(stream);
    }
    if (a_.gradient().needed()) {
      GradientOfA();
      a_.gradient().Flush(stream);
    }
  }

 private:
  int64_t a_pitch() const { return m_.turn_a ? m_.rows : m_.inner; }
  int64_t b_pitch() const { return m_.turn_b ? m_.inner : m_.columns; }

  // d op(a) = alpha * dy op(b)^T, turned where a is.
  void GradientOfA() const {
    float* da = a_.ClearedGradient();
    const float* dy = Floats(y_.gradient);
    for (size_t i = 0; i < m_.a_at.size(); ++i, dy += m_.rows * m_.columns) {
      const float* b = b_.data() + m_.b_at[i];
      float* to = da + m_.a_at[i];
      if (m_.turn_a) {
        dnnl::sgemm(m_.turn_b ? 'T' : 'N', 'T', m_.inner, m_.rows, m_.columns, m_.alpha, b,
                    b_pitch(), dy, m_.columns, 1.0f, to, m_.rows);
      } else {
        dnnl::sgemm('N', m_.turn_b ? 'N' : 'T', m_.rows, m_.inner, m_.columns, m_.alpha, dy,
                    m_.columns, b, b_pitch(), 1.0f, to, m_.inner);
      }
    }
  }

  // d op(b) = alpha * op(a)^T dy, turned where b is.
  void GradientOfB() const {
    float* db = b_.ClearedGradient();
    const float* dy = Floats(y_.gradient);
    for (size_t i = 0; i < m_.a_at.size(); ++i, dy += m_.rows * m_.columns) {
      const float* a = a_.data() + m_.a_at[i];
      float* to = db + m_.b_at[i];
      if (m_.turn_b) {
        dnnl::sgemm('T', m_.turn_a ? 'T' : 'N', m_.columns, m_.inner, m_.rows, m_.alpha, dy,
                    m_.columns, a, a_pitch(), 1.0f, to, m_.inner);
      } else {
        dnnl::sgemm(m_.turn_a ? 'N' : 'T', 'N', m_.inner, m_.columns, m_.rows, m_.alpha, a,
                    a_pitch(), dy, m_.columns, 1.0f, to, m_.columns);
      }
    }
  }

  const Matrices m_;
  Operand a_, b_;
  std::optional<Operand> bias_;
  std::vector<int64_t> bias_at_;  // for each value of y
  const Value& y_;
};

// How the matrices of `a` and `b` meet in a MatMul.
Matrices MatricesOf(Shape a, Shape b) {
  if (a.size() == 1) a.insert(a.begin(), 1);
  if (b.size() == 1) b.push_back(1);
  Matrices m;
  m.rows = a[a.size() - 2];
  m.inner = a.back();
  m.columns = b.back();
  const int64_t a_size = m.rows * m.inner, b_size = m.inner * m.columns;
  a.resize(a.size() - 2);
  b.resize(b.size() - 2);
  if (ElementCount(b) == 1) {
    // All rows of a are one matrix.
    m.rows *= ElementCount(a);
    m.a_at = m.b_at = {0};
    return m;
  }
  Shape whole(std::max(a.size(), b.size()), 1);
  for (const Shape* part : {&a, &b}) {
    for (size_t back = 1; back <= part->size(); ++back) {
      int64_t& size = whole[whole.size() - back];
      size = std::max(size, (*part)[part->size() - back]);
    }
  }
  m.a_at = BroadcastIndex(whole, a, a_size);
  m.b_at = BroadcastIndex(whole, b, b_size);
  return m;
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeProduct(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(Operand a, Operand::Make(builder, 0));
  DC_ASSIGN_OR_RETURN(Operand b, Operand::Make(builder, 1));
  std::optional<Operand> bias;
  if (!builder->node().Input(2).empty()) {
    DC_ASSIGN_OR_RETURN(bias, Operand::Make(builder, 2));
  }
  Matrices matrices;
  if (&builder->record() == &op::kGemm) {
    const op::Attributes& attributes = builder->attributes();
    matrices.turn_a = attributes.Int("transA") != 0;
    matrices.turn_b = attributes.Int("transB") != 0;
    matrices.alpha = attributes.Float("alpha");
    matrices.beta = attributes.Float("beta");
    matrices.rows = a.shape()[matrices.turn_a ? 1 : 0];
    matrices.inner = a.shape()[matrices.turn_a ? 0 : 1];
    matrices.columns = b.shape()[matrices.turn_b ? 0 : 1];
    matrices.a_at = matrices.b_at = {0};
  } else {
    matrices = MatricesOf(a.shape(), b.shape());
  }
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  return std::unique_ptr<OperatorKernel>(std::make_unique<ProductKernel>(
      builder, std::move(matrices), std::move(a), std::move(b), std::move(bias), *y));
}

}  // namespace dc::train
