// Gemm (A x B + C with a constant B) and MatMul (A x B with a constant B).
#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "runtime/forms/layer_weight.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// Cores are not equally fast, other work keeps some of them: who is ahead takes more.
constexpr size_t kPartsOfThread = 16;

class FullyConnectedOp : public OperatorKernel {
 public:
  FullyConnectedOp(LayerWeight weight, size_t outputs, size_t vectors, const NodeContext& context)
      : weight_(std::move(weight)),
        outputs_(outputs),
        vectors_(vectors),
        max_parts_(context.max_chunks > 1 ? kPartsOfThread * context.max_chunks : 1) {}

  int64_t ResidentBytes() const override { return weight_.ResidentBytes(); }

  // The list of active inputs.
  uint64_t ScratchFloats(size_t lanes) const override {
    static_assert(sizeof(uint32_t) == sizeof(float));
    return lanes == 1 && weight_.by_columns ? weight_.by_columns->ScratchFloats() : 0;
  }

  void PrepareBatch() override { weight_.MakeBatchForm(); }
  void DropBatch() override { weight_.DropBatchForm(); }

  void Run(const RunContext& context) const override {
    for (size_t v = 0; v < vectors_; ++v) {
      const float* x = context.inputs[0] + v * weight_.columns * context.lanes;
      float* y = context.output + v * outputs_ * context.lanes;
      if (context.lanes > 1) {
        RunBatch(context, x, y);
      } else if (kForSize || !RunColumns(context, x, y)) {
        RunSample(context, x, y);
      }
    }
  }

 private:
  void RunSample(const RunContext& context, const float* x, float* y) const {
    const Form& form = *weight_.form;
    const Epilogue epilogue = weight_.epilogue.Get();
    ForChunks(
        context.pool, max_parts_, form.Parts(), weight_.multiply_adds,
        [&](size_t, size_t begin, size_t end) { form.MultiplyVector(begin, end, x, epilogue, y); });
  }

  // False: too few inputs are zero, or there are no columns.
  bool RunColumns(const RunContext& context, const float* x, float* y) const {
    if (weight_.by_columns == nullptr) return false;
    const ColumnForm& columns = *weight_.by_columns;
    const Epilogue epilogue = weight_.epilogue.Get();
    const std::span<const uint32_t> active = columns.Active(x, context.scratch);
    const double share = static_cast<double>(active.size()) / weight_.columns;
    if (share > columns.most_active()) return false;
    ForChunks(context.pool, max_parts_, columns.Parts(), weight_.multiply_adds * share,
              [&](size_t, size_t begin, size_t end) {
                columns.MultiplyVector(begin, end, active, x, epilogue, y);
              });
    return true;
  }

  void RunBatch(const RunContext& context, const float* x, float* y) const {
    const size_t lanes = context.lanes;
    const Form& form = weight_.shift_form();
    const Epilogue epilogue = weight_.epilogue.Get();
    const Shift shift{.x = x, .unit = lanes, .length = lanes, .y = y, .y_row_stride = lanes};
    ForChunks(
        context.pool, max_parts_, form.Parts(), weight_.multiply_adds * static_cast<double>(lanes),
        [&](size_t, size_t begin, size_t end) { form.MultiplyShift(begin, end, shift, epilogue); });
  }

  LayerWeight weight_;
  size_t outputs_;
  size_t vectors_;    // that a sample consists of, each multiplied by the weight
  size_t max_parts_;  // that rows are split into
};

// Adds `scale` times constant input or tensor to `bias`: one value, or one per output.
Status AddBias(const Constant& constant, float scale, std::vector<float>* bias) {
  const Shape& shape = constant.shape;
  const int64_t size = CheckedSize(shape);
  const bool row =
      size == static_cast<int64_t>(bias->size()) && !shape.empty() && shape.back() == size;
  if (shape.size() > 2 || (size != 1 && !row)) {
    return Unsupported("a bias of shape " + DescribeShape(shape) + " for " +
                           std::to_string(bias->size()) + " outputs",
                       "", "only one value for all outputs or one for each is covered");
  }
  DC_ASSIGN_OR_RETURN(const std::vector<float> values, ExpandValues(constant));
  for (size_t i = 0; i < bias->size(); ++i) (*bias)[i] += scale * values[size == 1 ? 0 : i];
  return OkStatus();
}

// Gemm or MatMul.
StatusOr<NodeResult> MakeFullyConnected(const NodeContext& context, bool gemm) {
  if (!context.IsActivation(0) || !context.IsConstant(1)) {
    return Unsupported("a product of two activations or of two constants", "",
                       "only a product of an activation with a constant weight is covered");
  }
  const Shape& x = context.inputs[0].shape;
  const Shape& w = context.inputs[1].shape;
  if (gemm && context.attributes.Int("transA") != 0) {
    return Unsupported("Gemm with transA", "", "write the model so that rows are samples");
  }
  if (w.size() != 2 || std::max(w[0], w[1]) > kMaxMatrixSide) {
    return Unsupported("a weight of shape " + DescribeShape(w), "",
                       "only matrices of up to 2^24 rows and columns are covered");
  }
  const bool output_major = gemm && context.attributes.Int("transB") != 0;
  const int64_t outputs = output_major ? w[0] : w[1];
  const int64_t inputs = output_major ? w[1] : w[0];
  NodeResult result;
  std::vector<float> bias(static_cast<size_t>(outputs), 0.0f);
  if (gemm && context.inputs.size() > 2 && context.inputs[2].kind != NodeInput::kOmitted) {
    if (!context.IsConstant(2)) {
      return Unsupported("a bias that is not a constant", "", "add it with an Add node");
    }
    DC_ASSIGN_OR_RETURN(const Constant c, context.load(context.inputs[2].tensor));
    DC_RETURN_IF_ERROR(AddBias(c, context.attributes.Float("beta"), &bias));
  }
  if (context.extra_bias) {
    DC_ASSIGN_OR_RETURN(const Constant c, context.load(*context.extra_bias));
    DC_RETURN_IF_ERROR(AddBias(c, 1.0f, &bias));
  }
  DC_ASSIGN_OR_RETURN(Constant constant, context.load(context.inputs[1].tensor));
  const WeightShape shape{.product = Product::kVector,
                          .rows = static_cast<uint32_t>(outputs),
                          .columns = static_cast<uint32_t>(inputs),
                          .transposed = !output_major,
                          .threads = context.max_chunks};
  result.layer.emplace();
  LayerWeight weight = MakeLayerWeight(
      std::move(constant), shape, gemm ? context.attributes.Float("alpha") : 1.0f,
      context.EpilogueOf(std::move(bias)), context.kernels, context.memory, &*result.layer);
  const size_t vectors = static_cast<size_t>(CheckedSize(x, 0, x.size() - 1));
  result.kernel = std::make_unique<FullyConnectedOp>(
      std::move(weight), static_cast<size_t>(outputs), vectors, context);
  return result;
}

}  // namespace

StatusOr<NodeResult> MakeGemm(const NodeContext& context) {
  return MakeFullyConnected(context, true);
}

StatusOr<NodeResult> MakeMatMul(const NodeContext& context) {
  return MakeFullyConnected(context, false);
}

}  // namespace dc::runtime
