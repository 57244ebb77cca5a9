// MaxPool, AveragePool, GlobalAveragePool and GlobalMaxPool over one or two spatial axes.
#include <algorithm>
#include <memory>

#include "runtime/kernels/build.h"
#include "runtime/kernels/chunks.h"
#include "runtime/kernels/pool_planes.h"
#include "runtime/kernels/shift.h"
#include "runtime/operators/grid_pool_op.h"
#include "runtime/operators/rare_operands.h"
#include "runtime/operators/registry.h"
#include "runtime/operators/sliding_window.h"

namespace dc::runtime {
namespace {

// Consecutive outputs along one axis whose windows have the same taps inside the input: output
// first + i reads start + i * stride, start + i * stride + dilation, ..., `taps` of them.
struct OutputRun {
  int64_t first, count, start, taps;
  float divisor;  // elements that an average divides by
};

std::vector<OutputRun> RunsOf(const WindowAxis& axis, bool count_pad) {
  std::vector<OutputRun> runs;
  for (int64_t o = 0; o < axis.out; ++o) {
    const int64_t begin = o * axis.stride - axis.pad_begin;
    const int64_t outside = begin < 0 ? (-begin + axis.dilation - 1) / axis.dilation : 0;
    const int64_t start = begin + outside * axis.dilation;
    const int64_t room = (axis.in - start + axis.dilation - 1) / axis.dilation;
    const int64_t taps = std::max<int64_t>(0, std::min(axis.kernel - outside, room));
    // With padding counted the window ends where the padding does (ceil_mode goes beyond it).
    const int64_t padded = std::min(
        axis.kernel, (axis.padded() - o * axis.stride + axis.dilation - 1) / axis.dilation);
    const float divisor = static_cast<float>(count_pad ? padded : taps);
    const bool whole = taps == axis.kernel;
    if (whole && !runs.empty() && runs.back().taps == axis.kernel) {
      ++runs.back().count;
    } else {
      runs.push_back({o, 1, start, taps, divisor});
    }
  }
  return runs;
}

class PoolOp : public OperatorKernel {
 public:
  // `runs_y` and `runs_x` are those of the window's axes.
  PoolOp(PoolKind kind, size_t channels, const SlidingWindow& window, std::vector<OutputRun> runs_y,
         std::vector<OutputRun> runs_x, const NodeContext& context)
      : kind_(kind),
        channels_(channels),
        window_(window),
        runs_y_(std::move(runs_y)),
        runs_x_(std::move(runs_x)),
        max_chunks_(context.max_chunks),
        pool_(ChooseKernel(context.kernels, PoolPlaneRef, PoolPlaneSimd)) {}

  uint64_t ScratchFloats(Lanes lanes) const override { return max_chunks_ * LineFloats(lanes); }

  void Run(const RunContext& context) const override {
    const size_t in = static_cast<size_t>(window_.y.in * window_.x.in) * context.lanes;
    const size_t out = static_cast<size_t>(window_.y.out * window_.x.out) * context.lanes;
    const double work = static_cast<double>(channels_ * in);
    ForChunks(
        context.pool, max_chunks_, channels_, work, [&](size_t chunk, size_t begin, size_t end) {
          float* line = context.scratch + chunk * LineFloats(context.lanes);
          for (size_t c = begin; c < end; ++c) {
            Channel(context.lanes, context.inputs[0] + c * in, line, context.output + c * out);
          }
        });
  }

 private:
  uint64_t LineFloats(size_t lanes) const {
    return RoundUpToShiftUnit(static_cast<size_t>(window_.x.in) * lanes + kReadSlack);
  }

  void Channel(size_t lanes, const float* x, float* line, float* y) const {
    const size_t in_x = static_cast<size_t>(window_.x.in),
                 out_x = static_cast<size_t>(window_.x.out);
    for (const auto& ry : runs_y_) {
      for (const auto& rx : runs_x_) {
        const PoolWindows windows{.kind = kind_,
                                  .lanes = lanes,
                                  .kernel_y = static_cast<size_t>(ry.taps),
                                  .kernel_x = static_cast<size_t>(rx.taps),
                                  .tap_step_y = static_cast<size_t>(window_.y.dilation) * in_x,
                                  .tap_step_x = static_cast<size_t>(window_.x.dilation),
                                  .stride_y = static_cast<size_t>(window_.y.stride) * in_x,
                                  .stride_x = static_cast<size_t>(window_.x.stride),
                                  .rows = static_cast<size_t>(ry.count),
                                  .columns = static_cast<size_t>(rx.count),
                                  .out_pitch = out_x,
                                  .scale = 1.0f / (ry.divisor * rx.divisor)};
        const size_t from = static_cast<size_t>(ry.start) * in_x + static_cast<size_t>(rx.start);
        const size_t to = static_cast<size_t>(ry.first) * out_x + static_cast<size_t>(rx.first);
        pool_(windows, x + from * lanes, line, y + to * lanes);
      }
    }
  }

  PoolKind kind_;
  size_t channels_;
  SlidingWindow window_;
  std::vector<OutputRun> runs_y_, runs_x_;
  size_t max_chunks_;
  PoolPlane* pool_;
};

StatusOr<NodeResult> MakeResult(PoolKind kind, const SlidingWindow& window, bool count_pad,
                                const NodeContext& context) {
  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  result.kernel =
      std::make_unique<PoolOp>(kind, static_cast<size_t>(context.output[1]), window,
                               RunsOf(window.y, count_pad), RunsOf(window.x, count_pad), context);
  return result;
}

StatusOr<NodeResult> MakePool(const NodeContext& context, PoolKind kind, bool count_pad) {
  DC_ASSIGN_OR_RETURN(const Shape x, context.Item());
  const format::Attributes& attributes = context.attributes;
  if (x.size() > 3) {
    const RareOperands* rare = FindRareOperands();
    return rare == nullptr ? RareOperandsLeftOut() : rare->pool(context);
  }
  DC_ASSIGN_OR_RETURN(
      const SlidingWindow window,
      MakeSlidingWindow(attributes, std::span(x).subspan(1), attributes.Ints("kernel_shape"),
                        attributes.Int("ceil_mode") != 0));
  return MakeResult(kind, window, count_pad, context);
}

StatusOr<NodeResult> MakeGlobalPool(const NodeContext& context, PoolKind kind) {
  DC_ASSIGN_OR_RETURN(const Shape x, context.Item());
  // One window over all spatial positions, in a row.
  SlidingWindow window;
  window.x.in = window.x.kernel = CheckedSize(x, 1, x.size());
  return MakeResult(kind, window, false, context);
}

}  // namespace

StatusOr<NodeResult> MakeMaxPool(const NodeContext& context) {
  return MakePool(context, PoolKind::kMaximum, false);
}

StatusOr<NodeResult> MakeAveragePool(const NodeContext& context) {
  const bool count_pad = context.attributes.Int("count_include_pad") != 0;
  return MakePool(context, PoolKind::kAverage, count_pad);
}

StatusOr<NodeResult> MakeGlobalAveragePool(const NodeContext& context) {
  return MakeGlobalPool(context, PoolKind::kAverage);
}

StatusOr<NodeResult> MakeGlobalMaxPool(const NodeContext& context) {
  return MakeGlobalPool(context, PoolKind::kMaximum);
}

}  // namespace dc::runtime
