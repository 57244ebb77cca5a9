#include "runtime/operators/grid_conv_op.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/forms/layer_weight.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/bias_source.h"
#include "runtime/operators/window_grid.h"

namespace dc::runtime {
namespace {

// Floats of the columns that are made at a time: about a second-level cache.
constexpr size_t kColumnFloats = 128 * 1024;

// A constant weight: the taps of some windows at a time are copied beside each other, a column
// each, and multiplied with as a batch is.
class ColumnConvOp : public OperatorKernel {
 public:
  ColumnConvOp(LayerWeight weight, WindowGrid grid, size_t channels, size_t rows, size_t groups,
               size_t max_chunks)
      : weight_(std::move(weight)),
        grid_(std::move(grid)),
        channels_(channels),
        group_rows_(rows / groups),
        groups_(groups),
        max_chunks_(max_chunks) {}

  uint64_t ScratchFloats(Lanes lanes) const override {
    return channels_ * grid_.taps() * Width(lanes) + kReadSlack;
  }
  int64_t ResidentBytes() const override { return weight_.ResidentBytes(); }
  bool Rereads() const override { return true; }

  void Run(const RunContext& context) const override {
    const size_t lanes = context.lanes, width = Width(lanes);
    const size_t at_once = width / lanes;
    const bool finite =
        weight_.ZerosStayZero(context.inputs[0], channels_ * grid_.elements() * lanes);
    for (size_t begin = 0; begin < grid_.windows(); begin += at_once) {
      const size_t end = std::min(begin + at_once, grid_.windows());
      const double work = static_cast<double>(channels_ * grid_.taps() * width);
      ForChunks(context.pool, max_chunks_, channels_, work, [&](size_t, size_t first, size_t last) {
        for (size_t c = first; c < last; ++c) FillColumns(context, c, begin, end);
      });
      ForChunks(context.pool, max_chunks_, weight_.form->Parts(),
                weight_.multiply_adds * static_cast<double>(width),
                [&](size_t, size_t first, size_t last) {
                  for (size_t part = first; part < last; ++part) {
                    Multiply(context, part, begin, end, finite);
                  }
                });
    }
  }

 private:
  // Floats of a column.
  size_t Width(size_t lanes) const {
    const size_t columns = channels_ * grid_.taps();
    const size_t most = RoundUpToShiftUnit(grid_.windows() * lanes);
    const size_t wanted = RoundUpToShiftUnit(std::max<size_t>(kColumnFloats / columns, 1));
    return std::max(std::min(wanted, most) / lanes, std::max<size_t>(kShiftUnit / lanes, 1)) *
           lanes;
  }

  void FillColumns(const RunContext& context, size_t channel, size_t begin, size_t end) const {
    const size_t lanes = context.lanes, width = Width(lanes);
    const float* x = context.inputs[0] + channel * grid_.elements() * lanes;
    float* column = context.scratch + channel * grid_.taps() * width;
    for (size_t tap = 0; tap < grid_.taps(); ++tap, column += width) {
      std::fill_n(column, width, 0.0f);
      grid_.ForEach(tap, begin, end, [&](size_t window, size_t element) {
        std::copy_n(x + element * lanes, lanes, column + (window - begin) * lanes);
      });
    }
  }

  void Multiply(const RunContext& context, size_t part, size_t begin, size_t end,
                bool finite) const {
    const size_t lanes = context.lanes, width = Width(lanes);
    const size_t row = weight_.form->RowsOf(part).begin, group = row / group_rows_;
    const size_t plane = grid_.windows() * lanes;
    const Shift shift{.x = context.scratch + group * (channels_ / groups_) * grid_.taps() * width,
                      .finite = finite,
                      .unit = width,
                      .length = (end - begin) * lanes,
                      .y = context.output + row * plane + begin * lanes,
                      .first_row = row,
                      .y_row_stride = plane};
    weight_.form->MultiplyShift(part, part + 1, shift, weight_.epilogue.Get());
  }

  LayerWeight weight_;
  WindowGrid grid_;
  size_t channels_;    // of the input
  size_t group_rows_;  // output channels of a group
  size_t groups_;
  size_t max_chunks_;
};

// A computed weight.
class PlainConvOp : public OperatorKernel {
 public:
  PlainConvOp(WindowGrid grid, size_t channels, size_t rows, size_t groups, BiasSource bias,
              Epilogue limits, size_t max_chunks)
      : grid_(std::move(grid)),
        inputs_(channels / groups),
        rows_(rows),
        group_rows_(rows / groups),
        bias_(std::move(bias)),
        limits_(limits),
        max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const double work = static_cast<double>(rows_ * inputs_ * grid_.taps() * grid_.windows()) *
                        static_cast<double>(context.lanes);
    ForChunks(context.pool, max_chunks_, rows_, work, [&](size_t, size_t begin, size_t end) {
      for (size_t row = begin; row < end; ++row) Row(context, row);
    });
  }

 private:
  void Row(const RunContext& context, size_t row) const {
    const size_t lanes = context.lanes, windows = grid_.windows();
    float* y = context.output + row * windows * lanes;
    for (size_t i = 0; i < windows; ++i) {
      for (size_t l = 0; l < lanes; ++l) y[i * lanes + l] = bias_.At(context, row, l);
    }
    const size_t group = row / group_rows_;
    const float* x = context.inputs[0] + group * inputs_ * grid_.elements() * lanes;
    const float* w = context.inputs[1] + row * inputs_ * grid_.taps() * lanes;
    for (size_t c = 0; c < inputs_; ++c, x += grid_.elements() * lanes) {
      for (size_t tap = 0; tap < grid_.taps(); ++tap, w += lanes) {
        grid_.ForEach(tap, 0, windows, [&](size_t window, size_t element) {
          const float* from = x + element * lanes;
          float* to = y + window * lanes;
          for (size_t l = 0; l < lanes; ++l) to[l] += w[l] * from[l];
        });
      }
    }
    for (size_t i = 0; i < windows * lanes; ++i) y[i] = limits_.Limit(y[i]);
  }

  WindowGrid grid_;
  size_t inputs_;      // channels of a group
  size_t rows_;        // output channels
  size_t group_rows_;  // of a group
  BiasSource bias_;
  Epilogue limits_;
  size_t max_chunks_;
};

}  // namespace

StatusOr<NodeResult> MakeGridConv(const NodeContext& context) {
  DC_ASSIGN_OR_RETURN(const Shape x, context.Item());
  const Shape& w = context.inputs[1].shape;
  const int64_t group = context.attributes.Int("group");
  std::vector<op::WindowAxis> axes;
  DC_RETURN_IF_ERROR(op::SlideWindows(context.attributes, std::span(x).subspan(1),
                                      std::span(w).subspan(2), false, &axes));
  WindowGrid grid(std::move(axes));
  const size_t channels = static_cast<size_t>(x[0]), rows = static_cast<size_t>(w[0]);
  const size_t groups = static_cast<size_t>(group);
  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  if (context.IsActivation(1)) {
    DC_ASSIGN_OR_RETURN(BiasSource bias, BiasSource::Make(context, w[0]));
    const Epilogue limits{.low = context.low, .high = context.high};
    result.kernel = std::make_unique<PlainConvOp>(std::move(grid), channels, rows, groups,
                                                  std::move(bias), limits, context.max_chunks);
    return result;
  }
  const int64_t columns = CheckedSize(w, 1, w.size());
  if (columns < 0 || std::max(w[0], columns) > kMaxMatrixSide) {
    return Unsupported("a weight of shape " + DescribeShape(w), "",
                       "only up to 2^24 rows and columns are covered");
  }
  if (context.IsActivation(2)) {
    return Unsupported("a convolution whose bias alone is computed", "", "add it with an Add node");
  }
  std::vector<float> bias(rows, 0.0f);
  if (context.IsConstant(2)) {
    DC_ASSIGN_OR_RETURN(bias, context.Values(2, w[0]));
  }
  DC_ASSIGN_OR_RETURN(Constant constant, context.load(context.inputs[1].tensor));
  const WeightShape shape{.product = Product::kShift,
                          .rows = static_cast<uint32_t>(w[0]),
                          .columns = static_cast<uint32_t>(columns),
                          .groups = static_cast<uint32_t>(group)};
  result.layer.emplace();
  LayerWeight weight =
      MakeLayerWeight(std::move(constant), shape, 1.0f, context.EpilogueOf(std::move(bias)),
                      context.kernels, context.memory, &*result.layer);
  result.kernel = std::make_unique<ColumnConvOp>(std::move(weight), std::move(grid), channels, rows,
                                                 groups, context.max_chunks);
  return result;
}

}  // namespace dc::runtime
