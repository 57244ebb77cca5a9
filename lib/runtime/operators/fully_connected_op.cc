// Products of an activation on the left with a constant weight on the right: Gemm and MatMul.
#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "base/text.h"
#include "runtime/forms/layer_weight.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/chunks.h"
#include "runtime/kernels/lane_transpose.h"
#include "runtime/operators/product.h"

namespace dc::runtime {
namespace {

// Cores are not equally fast, other work keeps some of them: who is ahead takes more.
constexpr size_t kPartsOfThread = 16;

// Vectors of a sample from which on it is faster to run them side by side, as a batch is run, than
// one after the other, and how many of them at once.
constexpr size_t kManyVectors = 12;
constexpr size_t kVectorsAtOnce = 64;

class FullyConnectedOp : public OperatorKernel {
 public:
  // `weights` are `outputs` wide each; of every part, `vectors` vectors are multiplied by one.
  FullyConnectedOp(std::vector<LayerWeight> weights, std::vector<MatrixPart> parts, size_t outputs,
                   size_t vectors, bool side_by_side, size_t max_chunks)
      : weights_(std::move(weights)),
        parts_(std::move(parts)),
        outputs_(outputs),
        vectors_(vectors),
        side_by_side_(side_by_side),
        max_chunks_(max_chunks),
        max_parts_(max_chunks > 1 ? kPartsOfThread * max_chunks : 1) {}

  int64_t ResidentBytes() const override {
    int64_t bytes = 0;
    for (const LayerWeight& weight : weights_) bytes += weight.ResidentBytes();
    return bytes;
  }

  // The vectors that are run side by side with their outputs, or the list of active inputs.
  uint64_t ScratchFloats(Lanes lanes) const override {
    static_assert(sizeof(uint32_t) == sizeof(float));
    if (lanes > 1) return 0;
    if (side_by_side_) return std::min(max_chunks_, Blocks()) * (SideFloats() + OutFloats());
    uint64_t floats = 0;
    for (const LayerWeight& weight : weights_) {
      if (!weight.by_columns) continue;
      floats = std::max<uint64_t>(floats, weight.by_columns->ScratchFloats());
    }
    return floats;
  }

  void PrepareBatch() override {
    for (LayerWeight& weight : weights_) weight.MakeBatchForm();
  }
  void DropBatch() override {
    for (LayerWeight& weight : weights_) weight.DropBatchForm();
  }

  void Run(const RunContext& context) const override {
    for (const MatrixPart& part : parts_) {
      const LayerWeight& weight = weights_[part.weight];
      const float* x = context.inputs[0] + part.x * context.lanes;
      float* y = context.output + part.y * context.lanes;
      if (side_by_side_ && context.lanes == 1) {
        RunSideBySide(context, weight, x, y);
        continue;
      }
      for (size_t v = 0; v < vectors_; ++v) {
        RunVector(context, weight, x + v * weight.columns * context.lanes,
                  y + v * outputs_ * context.lanes);
      }
    }
  }

 private:
  size_t Blocks() const { return (vectors_ + kVectorsAtOnce - 1) / kVectorsAtOnce; }
  size_t AtOnce() const { return RoundUpToShiftUnit(std::min(vectors_, kVectorsAtOnce)); }
  uint64_t SideFloats() const {
    return RoundUpToShiftUnit(weights_[0].columns * AtOnce() + kReadSlack);
  }
  uint64_t OutFloats() const { return outputs_ * AtOnce(); }

  void RunVector(const RunContext& context, const LayerWeight& weight, const float* x,
                 float* y) const {
    if (context.lanes > 1) {
      RunBatch(context, weight, x, y);
    } else if (!weight.ZerosStayZero(x, weight.columns)) {
      weight.form->MultiplyAsDense(0, weight.form->Parts(), x, weight.epilogue.Get(), y);
    } else if (kForSize || !RunColumns(context, weight, x, y)) {
      RunSample(context, weight, x, y);
    }
  }

  void RunSample(const RunContext& context, const LayerWeight& weight, const float* x,
                 float* y) const {
    const Form& form = *weight.form;
    const Epilogue epilogue = weight.epilogue.Get();
    ForChunks(
        context.pool, max_parts_, form.Parts(), weight.multiply_adds,
        [&](size_t, size_t begin, size_t end) { form.MultiplyVector(begin, end, x, epilogue, y); });
  }

  // False: too few inputs are zero, or there are no columns.
  bool RunColumns(const RunContext& context, const LayerWeight& weight, const float* x,
                  float* y) const {
    if (weight.by_columns == nullptr) return false;
    const ColumnForm& columns = *weight.by_columns;
    const Epilogue epilogue = weight.epilogue.Get();
    const std::span<const uint32_t> active = columns.Active(x, context.scratch);
    const double share = static_cast<double>(active.size()) / weight.columns;
    if (share > columns.most_active()) return false;
    ForChunks(context.pool, max_parts_, columns.Parts(), weight.multiply_adds * share,
              [&](size_t, size_t begin, size_t end) {
                columns.MultiplyVector(begin, end, active, x, epilogue, y);
              });
    return true;
  }

  void RunBatch(const RunContext& context, const LayerWeight& weight, const float* x,
                float* y) const {
    const size_t lanes = context.lanes;
    const Form& form = weight.shift_form();
    const Epilogue epilogue = weight.epilogue.Get();
    const Shift shift = weight.SideBySide(x, lanes, y);
    ForChunks(
        context.pool, max_parts_, form.Parts(), weight.multiply_adds * static_cast<double>(lanes),
        [&](size_t, size_t begin, size_t end) { form.MultiplyShift(begin, end, shift, epilogue); });
  }

  // Blocks of vectors as if each of them was a sample of its own.
  void RunSideBySide(const RunContext& context, const LayerWeight& weight, const float* x,
                     float* y) const {
    const Form& form = weight.shift_form();
    const Epilogue epilogue = weight.epilogue.Get();
    const size_t blocks = Blocks();
    const double work = weight.multiply_adds * static_cast<double>(vectors_);
    ForChunks(context.pool, max_chunks_, blocks, work, [&](size_t chunk, size_t begin, size_t end) {
      float* side = context.scratch + chunk * (SideFloats() + OutFloats());
      float* out = side + SideFloats();
      for (size_t block = begin; block < end; ++block) {
        const size_t first = block * kVectorsAtOnce;
        const size_t count = std::min(kVectorsAtOnce, vectors_ - first);
        const size_t lanes = RoundUpToShiftUnit(count);
        ToLanes(x + first * weight.columns, count, weight.columns, lanes, side);
        const Shift shift = weight.SideBySide(side, lanes, out);
        // A single block is shared by rows of the weight.
        ForChunks(blocks == 1 ? context.pool : nullptr, max_parts_, form.Parts(), work,
                  [&](size_t, size_t begin_part, size_t end_part) {
                    form.MultiplyShift(begin_part, end_part, shift, epilogue);
                  });
        FromLanes(out, count, outputs_, lanes, y + first * outputs_);
      }
    });
  }

  std::vector<LayerWeight> weights_;
  std::vector<MatrixPart> parts_;
  size_t outputs_;
  size_t vectors_;     // of a part
  bool side_by_side_;  // the vectors of a single sample are
  size_t max_chunks_;
  size_t max_parts_;  // that rows are split into
};

// Adds `scale` times a constant to `bias`: one value, or one per output.
Status AddBias(const Constant& constant, float scale, std::vector<float>* bias) {
  const Shape& shape = constant.shape;
  const int64_t size = CheckedSize(shape);
  const bool row =
      size == static_cast<int64_t>(bias->size()) && !shape.empty() && shape.back() == size;
  if (shape.size() > 2 || (size != 1 && !row)) {
    return Unsupported(DC_ERROR_TEXT("a bias of another shape", "a bias of shape ",
                                     DescribeShape(shape), " for ", bias->size(), " outputs"),
                       "", "only one value for all outputs or one for each is covered");
  }
  DC_ASSIGN_OR_RETURN(const std::vector<float> values, ExpandValues(constant));
  for (size_t i = 0; i < bias->size(); ++i) (*bias)[i] += scale * values[size == 1 ? 0 : i];
  return OkStatus();
}

}  // namespace

StatusOr<NodeResult> MakeWeightOnTheRight(const NodeContext& context, const MatrixShapes& shape,
                                          ProductWeight weight) {
  std::vector<float> bias(static_cast<size_t>(shape.columns), 0.0f);
  const bool adds_matrix = !HasRowBias(context, shape.columns);
  if (HasAddend(context) && !adds_matrix) {
    DC_ASSIGN_OR_RETURN(const Constant c, context.load(context.inputs[2].tensor));
    DC_RETURN_IF_ERROR(AddBias(c, context.attributes.Float("beta"), &bias));
  }
  if (context.extra_bias) {
    DC_ASSIGN_OR_RETURN(const Constant c, context.load(*context.extra_bias));
    DC_RETURN_IF_ERROR(AddBias(c, 1.0f, &bias));
  }
  const RowEpilogue epilogue =
      adds_matrix ? RowEpilogue{.bias = bias} : context.EpilogueOf(std::move(bias));
  const size_t vectors = static_cast<size_t>(shape.rows);
  const bool side_by_side = vectors >= kManyVectors;
  const WeightShape weight_shape{.product = side_by_side ? Product::kShift : Product::kVector,
                                 .rows = static_cast<uint32_t>(shape.columns),
                                 .columns = static_cast<uint32_t>(shape.inner),
                                 .transposed = !shape.turn_b,
                                 .threads = context.max_chunks};
  NodeResult result;
  DC_ASSIGN_OR_RETURN(
      std::vector<LayerWeight> weights,
      LayOutMatrices(context, std::move(weight.matrices), weight_shape, epilogue, &result));
  result.kernel = std::make_unique<FullyConnectedOp>(std::move(weights), std::move(weight.parts),
                                                     static_cast<size_t>(shape.columns), vectors,
                                                     side_by_side, context.max_chunks);
  return result;
}

}  // namespace dc::runtime
