// Operators of two operands, and Where of three.
#include <cmath>

#include "train/operators/copy_operator.h"
#include "train/operators/zip_operator.h"

namespace dc::train {
namespace {

using Pair = std::array<float, 2>;

// z = a OP b of two numbers, and its derivatives. At a tie of a maximum or minimum, the first
// operand is the one that counts.
struct AddPair {
  static float Forward(float a, float b) { return a + b; }
  static Pair Slopes(float, float) { return {1.0f, 1.0f}; }
};
struct SubPair {
  static float Forward(float a, float b) { return a - b; }
  static Pair Slopes(float, float) { return {1.0f, -1.0f}; }
};
struct MulPair {
  static float Forward(float a, float b) { return a * b; }
  static Pair Slopes(float a, float b) { return {b, a}; }
};
struct DivPair {
  static float Forward(float a, float b) { return a / b; }
  static Pair Slopes(float a, float b) { return {1.0f / b, -a / (b * b)}; }
};
struct PowPair {
  static float Forward(float a, float b) { return std::pow(a, b); }
  static Pair Slopes(float a, float b) {
    return {b == 0 ? 0.0f : b * std::pow(a, b - 1), a > 0 ? std::pow(a, b) * std::log(a) : 0.0f};
  }
};
struct MaxPair {
  static float Forward(float a, float b) { return a >= b || std::isnan(a) ? a : b; }
  static Pair Slopes(float a, float b) { return {a >= b ? 1.0f : 0.0f, a >= b ? 0.0f : 1.0f}; }
};
struct MinPair {
  static float Forward(float a, float b) { return a <= b || std::isnan(a) ? a : b; }
  static Pair Slopes(float a, float b) { return {a <= b ? 1.0f : 0.0f, a <= b ? 0.0f : 1.0f}; }
};
struct ModPair {
  static float Forward(float a, float b) { return std::fmod(a, b); }
  static Pair Slopes(float a, float b) { return {1.0f, -std::trunc(a / b)}; }
};
struct PReluPair {
  static float Forward(float a, float b) { return a < 0 ? a * b : a; }
  static Pair Slopes(float a, float b) { return {a < 0 ? b : 1.0f, a < 0 ? a : 0.0f}; }
};
// Truth values have no slope.
struct Truth {
  static Pair Slopes(float, float) { return {}; }
};
struct EqualPair : Truth {
  static float Forward(float a, float b) { return a == b; }
};
struct GreaterPair : Truth {
  static float Forward(float a, float b) { return a > b; }
};
struct GreaterOrEqualPair : Truth {
  static float Forward(float a, float b) { return a >= b; }
};
struct AndPair : Truth {
  static float Forward(float a, float b) { return a != 0 && b != 0; }
};
struct OrPair : Truth {
  static float Forward(float a, float b) { return a != 0 || b != 0; }
};
struct Choice {
  static float Forward(float c, float x, float y) { return c != 0 ? x : y; }
  static std::array<float, 3> Slopes(float c, float, float) {
    return {0.0f, c != 0 ? 1.0f : 0.0f, c != 0 ? 0.0f : 1.0f};
  }
};

// The sum of two computed operands: gradients are copies.
class SumKernel : public OperatorKernel {
 public:
  SumKernel(NodeBuilder* builder, const Value& a, const Value& b, const Value& z)
      : a_(a.data), b_(b.data, a.data.get_desc()), z_(z) {
    if (!z.gradient) return;
    copies_[0] = builder->InputGradientCopy(0, z.gradient);
    copies_[1] = builder->InputGradientCopy(1, z.gradient);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    b_.Refresh(stream);
    const float* a = Floats(a_);
    const float* b = Floats(b_.memory());
    float* z = Floats(z_.data);
    const size_t count = PhysicalCount(a_.get_desc());
    for (size_t i = 0; i < count; ++i) z[i] = a[i] + b[i];
  }

  void Backward(dnnl::stream& stream) override {
    copies_[1].Run(stream);
    copies_[0].Run(stream);
  }

 private:
  dnnl::memory a_;
  InputView b_;
  const Value& z_;
  Copy copies_[2];
};

// The layout that all operands are computed in, where they are activations of one shape.
template <size_t N>
StatusOr<std::optional<dnnl::memory::desc>> CommonLayout(const NodeBuilder& builder) {
  const Value* first = nullptr;
  for (size_t i = 0; i < N; ++i) {
    if (builder.IsConstant(i)) return std::optional<dnnl::memory::desc>();
    DC_ASSIGN_OR_RETURN(const Value* value, builder.Input(i));
    if (first == nullptr) first = value;
    if (value->shape != first->shape) return std::optional<dnnl::memory::desc>();
  }
  return std::optional(UnpaddedDesc(first->data, first->shape));
}

template <typename Function, size_t N, size_t... i>
StatusOr<std::unique_ptr<OperatorKernel>> MakeOf(NodeBuilder* builder, std::index_sequence<i...>) {
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  if (shape.size() > Broadcast<N>::kMaxRank) {
    return builder->NotCovered("an output of shape " + ShapeText(shape));
  }
  DC_ASSIGN_OR_RETURN(const auto layout, CommonLayout<N>(*builder));
  std::array<StatusOr<ZipOperand>, N> made = {
      ZipOperand::Make(*builder, i, layout ? &*layout : nullptr)...};
  for (const auto& operand : made) {
    if (!operand.ok()) return operand.status();
  }
  // In a layout that is not row-major the values still meet one by one.
  const std::vector<int64_t> flat = {ElementCount(shape)};
  const Broadcast<N> rows(layout ? flat : shape, {(layout ? flat : made[i]->shape())...});
  DC_ASSIGN_OR_RETURN(const Value* z, builder->Output(shape, layout ? *layout : PlainDesc(shape)));
  return std::unique_ptr<OperatorKernel>(std::make_unique<ZipKernel<Function, N>>(
      builder, *z, std::array<ZipOperand, N>{*std::move(made[i])...}, rows));
}

template <typename Function, size_t N = 2>
StatusOr<std::unique_ptr<OperatorKernel>> Make(NodeBuilder* builder) {
  return MakeOf<Function, N>(builder, std::make_index_sequence<N>());
}

StatusOr<std::unique_ptr<OperatorKernel>> MakeAdd(NodeBuilder* builder) {
  if (!builder->IsConstant(0) && !builder->IsConstant(1)) {
    DC_ASSIGN_OR_RETURN(const Value* a, builder->Input(0));
    DC_ASSIGN_OR_RETURN(const Value* b, builder->Input(1));
    if (a->shape == b->shape) {
      DC_ASSIGN_OR_RETURN(const Value* z, builder->Output(a->shape, a->data.get_desc()));
      return std::unique_ptr<OperatorKernel>(std::make_unique<SumKernel>(builder, *a, *b, *z));
    }
  }
  return Make<AddPair>(builder);
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeBinary(NodeBuilder* builder) {
  struct Entry {
    const op::Operator* record;
    KernelFactory make;
  };
  static constexpr Entry kEntries[] = {
      {&op::kAdd, MakeAdd},           {&op::kSub, Make<SubPair>},
      {&op::kMul, Make<MulPair>},     {&op::kDiv, Make<DivPair>},
      {&op::kPow, Make<PowPair>},     {&op::kMax, Make<MaxPair>},
      {&op::kMin, Make<MinPair>},     {&op::kMod, Make<ModPair>},
      {&op::kPRelu, Make<PReluPair>}, {&op::kEqual, Make<EqualPair>},
      {&op::kAnd, Make<AndPair>},     {&op::kGreater, Make<GreaterPair>},
      {&op::kOr, Make<OrPair>},       {&op::kGreaterOrEqual, Make<GreaterOrEqualPair>},
      {&op::kWhere, Make<Choice, 3>},
  };
  for (const Entry& entry : kEntries) {
    if (entry.record == &builder->record()) return entry.make(builder);
  }
  return builder->NotCovered("an operator that is not listed");
}

}  // namespace dc::train
