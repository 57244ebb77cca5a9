// Products of two activations.
#include <algorithm>
#include <memory>
#include <memory_resource>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/kernels/panel_shift.h"
#include "runtime/kernels/shift.h"
#include "runtime/operators/product.h"

namespace dc::runtime {
namespace {

// Rows that are computed together, with those of a as a panel of a dense weight.
constexpr size_t kRowsAtOnce = kPanelRows;

// One of the operands, in values of a sample.
struct Steps {
  size_t row = 0, column = 0;
};

class ActivationProductOp : public OperatorKernel {
 public:
  ActivationProductOp(ProductShape shape, float alpha, float low, float high,
                      const NodeContext& context)
      : shape_(std::move(shape)),
        rows_(static_cast<size_t>(shape_.rows)),
        inner_(static_cast<size_t>(shape_.inner)),
        columns_(static_cast<size_t>(shape_.columns)),
        a_(shape_.turn_a ? Steps{1, rows_} : Steps{inner_, 1}),
        b_(shape_.turn_b ? Steps{1, inner_} : Steps{columns_, 1}),
        alpha_(alpha),
        max_chunks_(context.max_chunks),
        multiply_(context.kernels.panel_shift) {
    limits_.low = low;
    limits_.high = high;
  }

  uint64_t ScratchFloats(Lanes lanes) const override {
    return UsesPanels(lanes) ? max_chunks_ * PanelFloats() : 0;
  }

  void Run(const RunContext& context) const override {
    // Blocks of rows of all matrices, one after the other.
    const size_t blocks = (rows_ + kRowsAtOnce - 1) / kRowsAtOnce;
    const size_t matrices = shape_.a_of.size();
    const double work = static_cast<double>(matrices * rows_ * inner_ * columns_) *
                        static_cast<double>(context.lanes);
    ForChunks(context.pool, max_chunks_, matrices * blocks, work,
              [&](size_t chunk, size_t begin, size_t end) {
                for (size_t i = begin; i < end; ++i) {
                  Block(context, chunk, i / blocks, i % blocks * kRowsAtOnce);
                }
              });
  }

 private:
  // Whether rows of b lie in rows, and there are enough rows of a to be worth a panel.
  bool UsesPanels(size_t lanes) const { return lanes == 1 && b_.column == 1 && rows_ >= 4; }
  size_t PanelFloats() const { return RoundUpToShiftUnit(kPanelRows * inner_); }

  void Block(const RunContext& context, size_t chunk, size_t matrix, size_t row) const {
    const size_t lanes = context.lanes;
    const size_t count = std::min(kRowsAtOnce, rows_ - row);
    const float* a =
        context.inputs[0] + (shape_.a_of[matrix] * rows_ * inner_ + row * a_.row) * lanes;
    const float* b = context.inputs[1] + shape_.b_of[matrix] * inner_ * columns_ * lanes;
    float* y = context.output + (matrix * rows_ + row) * columns_ * lanes;
    if (UsesPanels(lanes)) {
      OnePanel(count, a, b, context.scratch + chunk * PanelFloats(), y);
      return;
    }
    if (lanes > 1) {
      BlockOfLanes(lanes, count, a, b, y);
    } else if (b_.column != 1) {
      Dots(count, a, b, y);
    } else {
      for (size_t r = 0; r < count; ++r) OneRow(a + r * a_.row, b, y + r * columns_);
    }
    const size_t values = count * columns_ * lanes;
    for (size_t i = 0; i < values; ++i) y[i] = limits_.Limit(alpha_ * y[i]);
  }

  void OneRow(const float* a, const float* b, float* __restrict y) const {
    std::fill_n(y, columns_, 0.0f);
    for (size_t k = 0; k < inner_; ++k, b += columns_) {
      const float left = a[k * a_.column];
      for (size_t c = 0; c < columns_; ++c) y[c] += left * b[c];
    }
  }

  // `scratch` holds the panel.
  void OnePanel(size_t count, const float* a, const float* b, float* scratch, float* y) const {
    std::pmr::monotonic_buffer_resource memory(scratch, PanelFloats() * sizeof(float),
                                               std::pmr::null_memory_resource());
    PanelMatrix panel(&memory);
    panel.rows = static_cast<uint32_t>(count);
    panel.columns = static_cast<uint32_t>(inner_);
    panel.values.resize(kPanelRows * inner_);
    for (size_t r = 0; r < count; ++r) {
      const float* from = a + r * a_.row;
      float* to = panel.values.data() + r;
      for (size_t k = 0; k < inner_; ++k) to[k * kPanelRows] = alpha_ * from[k * a_.column];
    }
    constexpr float kNoBias[kPanelRows] = {};
    Epilogue epilogue = limits_;
    epilogue.bias = kNoBias;
    multiply_(panel, 0, 1,
              {.x = b, .unit = columns_, .length = columns_, .y = y, .y_row_stride = columns_},
              epilogue);
  }

  // Rows of b lie in its columns.
  void Dots(size_t count, const float* a, const float* b, float* y) const {
    for (size_t r = 0; r < count; ++r) {
      for (size_t c = 0; c < columns_; ++c) {
        float sum = 0;
        for (size_t k = 0; k < inner_; ++k) {
          sum += a[r * a_.row + k * a_.column] * b[k * b_.row + c * b_.column];
        }
        y[r * columns_ + c] = sum;
      }
    }
  }

  void BlockOfLanes(size_t lanes, size_t count, const float* a, const float* b, float* y) const {
    for (size_t r = 0; r < count; ++r) {
      for (size_t c = 0; c < columns_; ++c) {
        for (size_t lane = 0; lane < lanes; lane += kShiftUnit) {
          float sums[kShiftUnit] = {};
          for (size_t k = 0; k < inner_; ++k) {
            const float* left = a + (r * a_.row + k * a_.column) * lanes + lane;
            const float* right = b + (k * b_.row + c * b_.column) * lanes + lane;
            for (size_t l = 0; l < kShiftUnit; ++l) sums[l] += left[l] * right[l];
          }
          std::copy(sums, sums + kShiftUnit, y + (r * columns_ + c) * lanes + lane);
        }
      }
    }
  }

  ProductShape shape_;
  size_t rows_, inner_, columns_;
  Steps a_, b_;
  float alpha_;
  Epilogue limits_;
  size_t max_chunks_;
  PanelShift* multiply_;
};

}  // namespace

StatusOr<NodeResult> MakeProductOfActivations(const NodeContext& context,
                                              const ProductShape& shape) {
  const bool gemm = context.node.op == format::Op::kGemm;
  const bool adds = HasAddend(context);
  const Epilogue none;
  NodeResult result;
  result.kernel = std::make_unique<ActivationProductOp>(
      shape, gemm ? context.attributes.Float("alpha") : 1.0f, adds ? none.low : context.low,
      adds ? none.high : context.high, context);
  if (adds) return AddMatrix(context, shape, std::move(result));
  return result;
}

}  // namespace dc::runtime
