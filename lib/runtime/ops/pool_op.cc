// MaxPool, AveragePool and GlobalAveragePool over one or two spatial axes.
#include <algorithm>
#include <memory>

#include "runtime/arena.h"
#include "runtime/chunks.h"
#include "runtime/kernels/shift.h"
#include "runtime/ops/registry.h"
#include "runtime/ops/sliding_window.h"

namespace dc::runtime {
namespace {

// The inputs of one output along one axis: start, start + dilation, ...; `count` of them lie
// inside.
struct Taps {
  int64_t start, count;
  float divisor;  // elements that an average divides by

  Taps(const WindowAxis& axis, int64_t o, bool count_pad) {
    const int64_t begin = o * axis.stride - axis.pad_begin;
    const int64_t first = begin < 0 ? (-begin + axis.dilation - 1) / axis.dilation : 0;
    start = begin + first * axis.dilation;
    const int64_t room = (axis.in - start + axis.dilation - 1) / axis.dilation;
    count = std::max<int64_t>(0, std::min(axis.kernel - first, room));
    // With padding counted the window ends where the padding does (ceil_mode goes beyond it).
    const int64_t padded = std::min(axis.kernel, axis.padded() - o * axis.stride);
    divisor = static_cast<float>(count_pad ? padded : count);
  }
};

// Windows are reduced along y first, whole rows at a time, then along x.
class PoolOp : public Op {
 public:
  // Averages where `kind` is kSum; `count_pad` says what by.
  PoolOp(PoolKind kind, size_t channels, const SlidingWindow& window, bool count_pad,
         const NodeContext& context)
      : kind_(kind),
        channels_(channels),
        window_(window),
        max_chunks_(context.max_chunks),
        kernels_(context.kernels) {
    for (int64_t o = 0; o < window.y.out; ++o) taps_y_.emplace_back(window.y, o, count_pad);
    for (int64_t o = 0; o < window.x.out; ++o) taps_x_.emplace_back(window.x, o, count_pad);
    const auto whole = [&](const Taps& taps) { return taps.count == window.x.kernel; };
    if (window.x.dilation > 1) return;
    const auto first = std::find_if(taps_x_.begin(), taps_x_.end(), whole);
    const auto last = std::find_if_not(first, taps_x_.end(), whole);
    first_whole_ = static_cast<size_t>(first - taps_x_.begin());
    whole_ = static_cast<size_t>(last - first);
  }

  uint64_t ScratchFloats(size_t lanes) const override { return max_chunks_ * RowFloats(lanes); }

  void Run(const RunContext& context) const override {
    const size_t in = static_cast<size_t>(window_.y.in * window_.x.in) * context.lanes;
    const size_t out = taps_y_.size() * taps_x_.size() * context.lanes;
    const double work = static_cast<double>(channels_ * in);
    ForChunks(context.pool, max_chunks_, channels_, work,
              [&](size_t chunk, size_t begin, size_t end) {
                float* row = context.scratch + chunk * RowFloats(context.lanes);
                for (size_t c = begin; c < end; ++c) {
                  Channel(context.lanes, context.inputs[0] + c * in, row, context.output + c * out);
                }
              });
  }

 private:
  uint64_t RowFloats(size_t lanes) const {
    const uint64_t floats = static_cast<uint64_t>(window_.x.in) * lanes + kReadSlack;
    return (floats + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  }

  void Channel(size_t lanes, const float* x, float* row, float* y) const {
    const size_t width = static_cast<size_t>(window_.x.in) * lanes;
    for (const Taps& taps : taps_y_) {
      kernels_.pool_down(kind_, x + static_cast<size_t>(taps.start) * width,
                         static_cast<size_t>(taps.count),
                         static_cast<size_t>(window_.y.dilation) * width, width, row);
      Row(lanes, row, taps.divisor, y);
      y += taps_x_.size() * lanes;
    }
  }

  // The outputs of one row.
  void Row(size_t lanes, const float* row, float divisor_y, float* y) const {
    // Samples beside each other are reduced like rows below each other.
    const auto one_by_one = [&](size_t first, size_t last) {
      for (size_t o = first; o < last; ++o) {
        kernels_.pool_down(kind_, row + static_cast<size_t>(taps_x_[o].start) * lanes,
                           static_cast<size_t>(taps_x_[o].count),
                           static_cast<size_t>(window_.x.dilation) * lanes, lanes, y + o * lanes);
      }
    };
    if (lanes > 1 || whole_ == 0) {
      one_by_one(0, taps_x_.size());
    } else {
      one_by_one(0, first_whole_);
      kernels_.pool_along(kind_, row + taps_x_[first_whole_].start,
                          static_cast<size_t>(window_.x.kernel),
                          static_cast<size_t>(window_.x.stride), whole_, y + first_whole_);
      one_by_one(first_whole_ + whole_, taps_x_.size());
    }
    if (kind_ == PoolKind::kMaximum) return;
    for (size_t o = 0; o < taps_x_.size(); ++o) {
      const float scale = 1.0f / (divisor_y * taps_x_[o].divisor);
      for (size_t l = 0; l < lanes; ++l) y[o * lanes + l] *= scale;
    }
  }

  PoolKind kind_;
  size_t channels_;
  SlidingWindow window_;
  std::vector<Taps> taps_y_, taps_x_;   // one an output row, one an output column
  size_t first_whole_ = 0, whole_ = 0;  // output columns in a row that have all their taps
  size_t max_chunks_;
  const KernelSet& kernels_;
};

Status CheckWindows(const WindowAxis& axis) {
  for (int64_t o = 0; o < axis.out; ++o) {
    if (Taps(axis, o, false).count == 0) {
      return Unsupported("a pooling window without a single input value", "",
                         "use less padding, or no ceil_mode");
    }
  }
  return OkStatus();
}

}  // namespace

StatusOr<NodeResult> MakePool(const NodeContext& context) {
  const Shape* x = context.IsActivation(0) ? &context.inputs[0].shape : nullptr;
  if (x == nullptr || (x->size() != 2 && x->size() != 3)) {
    return Unsupported("pooling over anything but NxCxHxW or NxCxL", "", "reshape its input");
  }
  const format::Attributes& attributes = context.attributes;
  const auto kernel = attributes.Ints("kernel_shape");
  if (kernel.size() + 1 != x->size()) {
    return BadInput("kernel_shape has " + std::to_string(kernel.size()) +
                        " entries for an input of Nx" + DescribeShape(*x),
                    "", "the file contradicts itself; encode the model again");
  }
  DC_ASSIGN_OR_RETURN(const SlidingWindow window,
                      MakeSlidingWindow(attributes, std::span(*x).subspan(1), kernel,
                                        attributes.Int("ceil_mode") != 0));
  NodeResult result{.shape = {(*x)[0]}};
  if (x->size() == 3) result.shape.push_back(window.y.out);
  result.shape.push_back(window.x.out);
  DC_RETURN_IF_ERROR(CheckWindows(window.y));
  DC_RETURN_IF_ERROR(CheckWindows(window.x));
  const size_t channels = static_cast<size_t>((*x)[0]);
  const bool maximum = context.node.op == format::Op::kMaxPool;
  const bool count_pad = !maximum && attributes.Int("count_include_pad") != 0;
  result.op = std::make_unique<PoolOp>(maximum ? PoolKind::kMaximum : PoolKind::kSum, channels,
                                       window, count_pad, context);
  return result;
}

StatusOr<NodeResult> MakeGlobalAveragePool(const NodeContext& context) {
  const Shape* x = context.IsActivation(0) ? &context.inputs[0].shape : nullptr;
  if (x == nullptr || x->size() < 2) {
    return Unsupported("pooling over a value without spatial dimensions", "",
                       "GlobalAveragePool needs at least NxCxL");
  }
  // One window over all spatial positions, in a row.
  SlidingWindow window;
  window.x.in = window.x.kernel = CheckedSize(*x, 1, x->size());
  NodeResult result{.shape = Shape(x->size(), 1)};
  result.shape[0] = (*x)[0];
  result.op = std::make_unique<PoolOp>(PoolKind::kSum, static_cast<size_t>((*x)[0]), window, false,
                                       context);
  return result;
}

}  // namespace dc::runtime
