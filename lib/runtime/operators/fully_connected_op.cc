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
  FullyConnectedOp(LayerWeight weight, std::vector<float> bias, Clamp clamp, size_t vectors,
                   double work, const NodeContext& context)
      : weight_(std::move(weight)),
        bias_(std::move(bias)),
        clamp_(clamp),
        vectors_(vectors),
        work_(work),
        max_parts_(context.max_chunks > 1 ? kPartsOfThread * context.max_chunks : 1),
        kernels_(context.kernels) {}

  int64_t ResidentBytes() const override { return weight_.ResidentBytes(); }

  // The list of active inputs.
  uint64_t ScratchFloats(size_t lanes) const override {
    static_assert(sizeof(uint32_t) == sizeof(float));
    return lanes == 1 && weight_.by_columns.bands() > 0 ? weight_.columns + ColumnMatrix::kSlack
                                                        : 0;
  }

  void PrepareBatch() override {
    if (weight_.is_sparse) weight_.MakeBatchForm();
  }
  void DropBatch() override {
    if (weight_.is_sparse) weight_.csb = CsbMatrix(weight_.memory);
  }

  void Run(const RunContext& context) const override {
    for (size_t v = 0; v < vectors_; ++v) {
      const float* x = context.inputs[0] + v * weight_.columns * context.lanes;
      float* y = context.output + v * bias_.size() * context.lanes;
      const double work = work_ * static_cast<double>(context.lanes);
      if (!kForSize && context.lanes == 1 && RunColumns(context, work, x, y)) continue;
      if (kHasBlocks && context.lanes == 1 && weight_.in_blocks) {
        RunBlocks(context, work, x, y);
        continue;
      }
      ForChunks(context.pool, max_parts_, Parts(context.lanes), work,
                [&](size_t, size_t begin, size_t end) {
                  if (context.lanes == 1) {
                    RunSample(begin, end, x, y);
                  } else {
                    RunBatch(begin, end, x, y, context.lanes);
                  }
                });
    }
  }

 private:
  // That the rows can be split into.
  size_t Parts(size_t lanes) const {
    if (!weight_.is_sparse) return weight_.panels[0].panels();
    return lanes == 1 ? weight_.sell.slices() : weight_.csb.bands();
  }

  void RunBlocks(const RunContext& context, double work, const float* x, float* y) const {
    const BlockMatrix& blocks = weight_.blocks;
    ForChunks(context.pool, max_parts_, blocks.windows(), work,
              [&](size_t, size_t begin, size_t end) {
                const size_t first = begin * BlockMatrix::kWindow;
                const size_t last = std::min(end * BlockMatrix::kWindow, blocks.slices());
                kernels_.block_permute(blocks, first, last, x, bias_.data(), y);
                // What is not in blocks adds to what is there.
                kernels_.sell_gather(blocks.rest, first, last, x, y, clamp_, y);
              });
  }

  // False: too few inputs are zero, or there are no columns.
  bool RunColumns(const RunContext& context, double work, const float* x, float* y) const {
    const ColumnMatrix& columns = weight_.by_columns;
    if (columns.bands() == 0) return false;
    uint32_t* const list = reinterpret_cast<uint32_t*>(context.scratch);
    const std::span<const uint32_t> active(list, kernels_.collect_active(x, weight_.columns, list));
    const double share = static_cast<double>(active.size()) / weight_.columns;
    if (share > weight_.most_active) return false;
    ForChunks(context.pool, max_parts_, columns.bands(), work * share,
              [&](size_t, size_t begin, size_t end) {
                kernels_.column_scatter(columns, begin, end, active, x, bias_.data(), clamp_, y);
              });
    return true;
  }

  void RunSample(size_t begin, size_t end, const float* x, float* y) const {
    if (weight_.is_sparse) {
      kernels_.sell_gather(weight_.sell, begin, end, x, bias_.data(), clamp_, y);
    } else {
      kernels_.panel_dot(weight_.panels[0], begin, end, x, bias_.data(), clamp_, y);
    }
  }

  void RunBatch(size_t begin, size_t end, const float* x, float* y, size_t lanes) const {
    const Shift shift{.x = x, .unit = lanes, .length = lanes, .y = y, .y_row_stride = lanes};
    if (weight_.is_sparse) {
      kernels_.sparse_shift(weight_.csb, begin, end, shift, bias_.data(), clamp_);
    } else {
      kernels_.panel_shift(weight_.panels[0], begin, end, shift, bias_.data(), clamp_);
    }
  }

  LayerWeight weight_;
  std::vector<float> bias_;  // one an output
  Clamp clamp_;
  size_t vectors_;    // that a sample consists of, each multiplied by the weight
  double work_;       // multiply-adds of one vector
  size_t max_parts_;  // that rows are split into
  const KernelSet& kernels_;
};

// Adds `scale` times constant input or tensor to `bias`: one value, or one an output.
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

}  // namespace

StatusOr<NodeResult> MakeFullyConnected(const NodeContext& context) {
  const bool gemm = context.node.op == format::Op::kGemm;
  if (!context.IsActivation(0) || !context.IsConstant(1)) {
    return Unsupported("a product of two activations or of two constants", "",
                       "only a product of an activation with a constant weight is covered");
  }
  const Shape& x = context.inputs[0].shape;
  const Shape& w = context.inputs[1].shape;
  if (gemm && context.attributes.Int("transA") != 0) {
    return Unsupported("Gemm with transA", "", "write the model so that rows are samples");
  }
  if (x.empty() || (gemm && x.size() != 1)) return BadShape(context, 0, "Nxinputs");
  if (w.size() != 2 || CheckedSize(w) < 0 || std::max(w[0], w[1]) > kMaxMatrixSide) {
    return BadShape(context, 1, "a matrix");
  }
  const bool output_major = gemm && context.attributes.Int("transB") != 0;
  const int64_t outputs = output_major ? w[0] : w[1];
  const int64_t inputs = output_major ? w[1] : w[0];
  if (x.back() != inputs) {
    return BadShape(context, 0, "..x" + std::to_string(inputs) + ", the weight's inputs");
  }
  NodeResult result{.shape = x};
  result.shape.back() = outputs;

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
  const WeightShape shape{.rows = static_cast<uint32_t>(outputs),
                          .columns = static_cast<uint32_t>(inputs),
                          .transposed = !output_major,
                          .threads = context.max_chunks};
  result.layer.emplace();
  LayerWeight weight = MakeLayerWeight(std::move(constant), LayerKind::kFullyConnected, shape,
                                       gemm ? context.attributes.Float("alpha") : 1.0f,
                                       context.kernels, context.memory, &*result.layer);
  const double work =
      static_cast<double>(weight.is_sparse ? result.layer->survivors : result.layer->weights);
  const size_t vectors = static_cast<size_t>(CheckedSize(x, 0, x.size() - 1));
  result.kernel = std::make_unique<FullyConnectedOp>(std::move(weight), std::move(bias),
                                                     context.clamp, vectors, work, context);
  return result;
}

}  // namespace dc::runtime
