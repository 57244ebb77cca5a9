// MaxPool, AveragePool and GlobalAveragePool over one or two spatial axes.
#include <algorithm>
#include <limits>
#include <memory>
#include <type_traits>

#include "runtime/chunks.h"
#include "runtime/ops/registry.h"
#include "runtime/ops/sliding_window.h"

namespace dc::runtime {
namespace {

// The kernel positions [first, last) of output `o` that lie inside the input.
struct Taps {
  int64_t start, first, last;

  Taps(const WindowAxis& axis, int64_t o)
      : start(o * axis.stride - axis.pad_begin),
        first(start < 0 ? (-start + axis.dilation - 1) / axis.dilation : 0),
        last(start >= axis.in
                 ? 0
                 : std::min(axis.kernel, (axis.in - start + axis.dilation - 1) / axis.dilation)) {}
};

// Elements that an average of output `o` divides by along one axis, with padding counted: the
// window's, as far as the padding goes.
int64_t PaddedCount(const WindowAxis& axis, int64_t o) {
  const int64_t start = o * axis.stride;
  return std::min(axis.kernel, axis.padded() - start);
}

struct Maximum {
  static constexpr float kStart = -std::numeric_limits<float>::infinity();
  float operator()(float a, float b) const { return a < b ? b : a; }
};
struct Sum {
  static constexpr float kStart = 0;
  float operator()(float a, float b) const { return a + b; }
};

template <typename Reduce>
class PoolOp : public Op {
 public:
  // Averages where Reduce is Sum; `count_pad` says what by.
  PoolOp(size_t channels, const SlidingWindow& window, bool count_pad, size_t max_chunks)
      : channels_(channels), window_(window), count_pad_(count_pad), max_chunks_(max_chunks) {
    for (int64_t o = 0; o < window.y.out; ++o) taps_y_.emplace_back(window.y, o);
    for (int64_t o = 0; o < window.x.out; ++o) taps_x_.emplace_back(window.x, o);
  }

  void Run(const RunContext& context) const override {
    const size_t in = static_cast<size_t>(window_.y.in * window_.x.in) * context.lanes;
    const size_t out = static_cast<size_t>(window_.y.out * window_.x.out) * context.lanes;
    const double work = static_cast<double>(channels_ * out) *
                        static_cast<double>(window_.y.kernel * window_.x.kernel);
    ForChunks(context.pool, max_chunks_, channels_, work, [&](size_t, size_t begin, size_t end) {
      for (size_t c = begin; c < end; ++c) {
        const float* x = context.inputs[0] + c * in;
        float* y = context.output + c * out;
        if (context.lanes == 1) {
          Channel<1>(1, x, y);
        } else {
          for (size_t l = 0; l < context.lanes; l += 16) Channel<16>(context.lanes, x + l, y + l);
        }
      }
    });
  }

 private:
  // One channel, for kLanes of its `lanes` samples.
  template <size_t kLanes>
  void Channel(size_t lanes, const float* x, float* y) const {
    for (int64_t oy = 0; oy < window_.y.out; ++oy) {
      const Taps& ty = taps_y_[static_cast<size_t>(oy)];
      for (int64_t ox = 0; ox < window_.x.out; ++ox, y += lanes) {
        const Taps& tx = taps_x_[static_cast<size_t>(ox)];
        float result[kLanes];
        for (size_t l = 0; l < kLanes; ++l) result[l] = Reduce::kStart;
        for (int64_t ky = ty.first; ky < ty.last; ++ky) {
          const int64_t row = (ty.start + ky * window_.y.dilation) * window_.x.in;
          for (int64_t kx = tx.first; kx < tx.last; ++kx) {
            const int64_t column = tx.start + kx * window_.x.dilation;
            const float* from = x + static_cast<size_t>(row + column) * lanes;
            for (size_t l = 0; l < kLanes; ++l) result[l] = Reduce()(result[l], from[l]);
          }
        }
        float scale = 1;
        if constexpr (std::is_same_v<Reduce, Sum>) {
          const int64_t count = count_pad_ ? PaddedCount(window_.y, oy) * PaddedCount(window_.x, ox)
                                           : (ty.last - ty.first) * (tx.last - tx.first);
          scale = 1.0f / static_cast<float>(count);
        }
        for (size_t l = 0; l < kLanes; ++l) y[l] = result[l] * scale;
      }
    }
  }

  size_t channels_;
  SlidingWindow window_;
  std::vector<Taps> taps_y_, taps_x_;  // one an output row, one an output column
  bool count_pad_;
  size_t max_chunks_;
};

Status CheckWindows(const WindowAxis& axis) {
  for (int64_t o = 0; o < axis.out; ++o) {
    const Taps taps(axis, o);
    if (taps.first >= taps.last) {
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
  if (context.node.op == format::Op::kMaxPool) {
    result.op = std::make_unique<PoolOp<Maximum>>(channels, window, false, context.max_chunks);
  } else {
    result.op = std::make_unique<PoolOp<Sum>>(
        channels, window, attributes.Int("count_include_pad") != 0, context.max_chunks);
  }
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
  result.op = std::make_unique<PoolOp<Sum>>(static_cast<size_t>((*x)[0]), window, false,
                                            context.max_chunks);
  return result;
}

}  // namespace dc::runtime
