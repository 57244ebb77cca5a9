#include "runtime/operators/grid_pool_op.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/window_grid.h"

namespace dc::runtime {
namespace {

enum class Pooling { kMaximum, kAverage, kNorm };

class GridPoolOp : public OperatorKernel {
 public:
  // An average is the sum times `scales`, one for each window.
  GridPoolOp(Pooling pooling, WindowGrid grid, std::vector<float> scales, float p, size_t channels,
             size_t max_chunks)
      : pooling_(pooling),
        grid_(std::move(grid)),
        scales_(std::move(scales)),
        p_(p),
        channels_(channels),
        max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t in = grid_.elements() * context.lanes, out = grid_.windows() * context.lanes;
    const double work = static_cast<double>(channels_ * out) * static_cast<double>(grid_.taps()) *
                        (pooling_ == Pooling::kNorm ? 20.0 : 1.0);
    ForChunks(context.pool, max_chunks_, channels_, work, [&](size_t, size_t begin, size_t end) {
      for (size_t c = begin; c < end; ++c) {
        Channel(context.lanes, context.inputs[0] + c * in, context.output + c * out);
      }
    });
  }

 private:
  void Channel(size_t lanes, const float* x, float* y) const {
    const float first =
        pooling_ == Pooling::kMaximum ? -std::numeric_limits<float>::infinity() : 0.0f;
    const size_t windows = grid_.windows();
    std::fill_n(y, windows * lanes, first);
    for (size_t tap = 0; tap < grid_.taps(); ++tap) {
      grid_.ForEach(tap, 0, windows, [&](size_t window, size_t element) {
        Combine(x + element * lanes, lanes, y + window * lanes);
      });
    }
    if (pooling_ == Pooling::kMaximum) return;
    for (size_t w = 0; w < windows; ++w, y += lanes) {
      for (size_t l = 0; l < lanes; ++l) {
        y[l] = pooling_ == Pooling::kAverage ? y[l] * scales_[w] : Root(y[l]);
      }
    }
  }

  void Combine(const float* x, size_t lanes, float* y) const {
    switch (pooling_) {
      case Pooling::kMaximum:
        // NaN stays, and no number is larger than NaN.
        for (size_t l = 0; l < lanes; ++l) {
          if (!std::isnan(y[l]) && !(x[l] <= y[l])) y[l] = x[l];
        }
        return;
      case Pooling::kAverage:
        for (size_t l = 0; l < lanes; ++l) y[l] += x[l];
        return;
      case Pooling::kNorm:
        for (size_t l = 0; l < lanes; ++l) y[l] += Power(x[l]);
        return;
    }
  }

  float Power(float x) const {
    if (p_ == 1) return std::abs(x);
    return p_ == 2 ? x * x : std::pow(std::abs(x), p_);
  }
  float Root(float sum) const {
    if (p_ == 1) return sum;
    return p_ == 2 ? std::sqrt(sum) : std::pow(sum, 1.0f / p_);
  }

  Pooling pooling_;
  WindowGrid grid_;
  std::vector<float> scales_;
  float p_;
  size_t channels_;
  size_t max_chunks_;
};

// One over what the average of each window divides by: its taps inside the image, or those inside
// the padding, too.
std::vector<float> ScalesOf(const WindowGrid& grid, bool count_padding) {
  std::vector<float> scales(grid.windows(), 1.0f);
  for (size_t w = 0; w < scales.size(); ++w) {
    int64_t rest = static_cast<int64_t>(w);
    float divisor = 1;
    for (size_t d = grid.axes().size(); d-- > 0;) {
      const op::WindowAxis& axis = grid.axes()[d];
      const int64_t begin = rest % axis.out * axis.stride - axis.pad_begin;
      const int64_t before = begin < 0 ? (-begin + axis.dilation - 1) / axis.dilation : 0;
      const int64_t end = axis.in + (count_padding ? axis.pad_end : 0);
      const int64_t last = std::min(axis.kernel, (end - begin + axis.dilation - 1) / axis.dilation);
      divisor *= static_cast<float>(last - (count_padding ? 0 : before));
      rest /= axis.out;
    }
    scales[w] = 1.0f / divisor;
  }
  return scales;
}

}  // namespace

StatusOr<NodeResult> MakeGridPool(const NodeContext& context) {
  DC_ASSIGN_OR_RETURN(const Shape x, context.Item());
  const format::Attributes& attributes = context.attributes;
  const auto given = attributes.Ints("kernel_shape");
  std::vector<int64_t> kernel(given.begin(), given.end());
  if (kernel.empty()) kernel.assign(x.begin() + 1, x.end());
  std::vector<op::WindowAxis> axes;
  DC_RETURN_IF_ERROR(op::SlideWindows(attributes, std::span(x).subspan(1), kernel,
                                      attributes.Int("ceil_mode") != 0, &axes));
  WindowGrid grid(std::move(axes));
  Pooling pooling = Pooling::kNorm;
  std::vector<float> scales;
  if (context.node.op == format::Op::kMaxPool) pooling = Pooling::kMaximum;
  if (context.node.op == format::Op::kAveragePool) {
    pooling = Pooling::kAverage;
    scales = ScalesOf(grid, attributes.Int("count_include_pad") != 0);
  }
  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  result.kernel = std::make_unique<GridPoolOp>(pooling, std::move(grid), std::move(scales),
                                               static_cast<float>(attributes.Int("p")),
                                               static_cast<size_t>(x[0]), context.max_chunks);
  return result;
}

StatusOr<NodeResult> MakeLpPool(const NodeContext& context) { return MakeGridPool(context); }
StatusOr<NodeResult> MakeGlobalLpPool(const NodeContext& context) { return MakeGridPool(context); }

}  // namespace dc::runtime
