// Resize with weights, linear and cubic: one axis after the other. Resize to the nearest only moves
// values.
#include <algorithm>
#include <memory>
#include <utility>

#include "op/resize.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/move_op.h"
#include "runtime/operators/moved_values.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// One axis resized: from [outer][axis.in][inner] to [outer][axis.out][inner].
struct Pass {
  op::ResizeAxis axis;
  size_t outer = 1, inner = 1;

  size_t rows() const { return outer * static_cast<size_t>(axis.out); }
  uint64_t output() const { return uint64_t{rows()} * inner; }

  // Row `row` of the output, each value `lanes` floats.
  void Run(const float* x, size_t row, size_t lanes, float outside, float* y) const {
    const size_t o = row % static_cast<size_t>(axis.out), count = inner * lanes;
    const float* from =
        x + row / static_cast<size_t>(axis.out) * static_cast<size_t>(axis.in) * count;
    float* to = y + row * count;
    const size_t first = o * axis.taps;
    if (axis.index[first] < 0) {
      std::fill_n(to, count, outside);
      return;
    }
    for (size_t k = first; k < first + axis.taps; ++k) {
      const float* line = from + static_cast<size_t>(axis.index[k]) * count;
      const float weight = axis.weight[k];
      if (k == first) {
        for (size_t i = 0; i < count; ++i) to[i] = weight * line[i];
      } else {
        for (size_t i = 0; i < count; ++i) to[i] += weight * line[i];
      }
    }
  }
};

class ResizeOp : public OperatorKernel {
 public:
  ResizeOp(std::vector<Pass> passes, float outside, size_t max_chunks)
      : passes_(std::move(passes)), outside_(outside), max_chunks_(max_chunks) {
    // Passes but the last write to two buffers in turn.
    for (size_t p = 0; p + 1 < passes_.size(); ++p) {
      buffer_ = std::max(buffer_, passes_[p].output());
    }
  }

  uint64_t ScratchFloats(Lanes lanes) const override {
    return buffer_ * lanes * std::min<size_t>(passes_.size() - 1, 2);
  }

  void Run(const RunContext& context) const override {
    const float* from = context.inputs[0];
    for (size_t p = 0; p < passes_.size(); ++p) {
      const Pass& pass = passes_[p];
      float* to = p + 1 == passes_.size() ? context.output
                                          : context.scratch + p % 2 * buffer_ * context.lanes;
      const double work = static_cast<double>(pass.output() * pass.axis.taps * context.lanes);
      ForChunks(context.pool, max_chunks_, pass.rows(), work,
                [&](size_t, size_t begin, size_t end) {
                  for (size_t row = begin; row < end; ++row) {
                    pass.Run(from, row, context.lanes, outside_, to);
                  }
                });
      from = to;
    }
  }

 private:
  std::vector<Pass> passes_;
  float outside_;
  size_t max_chunks_;
  uint64_t buffer_ = 0;
};

}  // namespace

StatusOr<NodeResult> MakeResize(const NodeContext& context) {
  if (context.attributes.Int("mode") == op::kResizeNearest) return MakeMove(context);
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  Shape now = context.inputs[0].shape;
  std::vector<op::ResizeAxis> axes = op::ResizeAxes(context.attributes, now, context.output);
  std::vector<Pass> passes;
  for (size_t d = 0; d < axes.size(); ++d) {
    if (axes[d].is_identity()) continue;
    Pass& pass = passes.emplace_back();
    pass.outer = static_cast<size_t>(CheckedSize(now, 0, d));
    pass.inner = static_cast<size_t>(CheckedSize(now, d + 1, now.size()));
    now[d] = axes[d].out;
    if (CheckedSize(now) < 0) {
      return Unsupported("a Resize of more than 2^28 values", "", "use smaller sizes");
    }
    pass.axis = std::move(axes[d]);
  }
  if (passes.empty()) return NodeResult();
  NodeResult result;
  result.kernel = std::make_unique<ResizeOp>(
      std::move(passes), context.attributes.Float("extrapolation_value"), context.max_chunks);
  return result;
}

}  // namespace dc::runtime
