// Resize with weights, linear and cubic: one axis after the other. Resize to the nearest only moves
// values.
#include <algorithm>
#include <span>

#include "op/resize.h"
#include "train/build/node_builder.h"

namespace dc::train {

StatusOr<std::unique_ptr<OperatorKernel>> MakeMove(NodeBuilder* builder);

namespace {

// One axis resized: from [outer][axis.in][inner] to [outer][axis.out][inner].
struct Pass {
  op::ResizeAxis axis;
  int64_t outer = 1, inner = 1;
  std::vector<float> output;  // of all passes but the last

  template <typename Visit>
  void ForTaps(Visit visit) const {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < axis.out; ++i) {
        const size_t first = static_cast<size_t>(i) * axis.taps;
        for (size_t k = first; k < first + axis.taps; ++k) {
          visit(axis.index[k], axis.weight[k], o * axis.in * inner, (o * axis.out + i) * inner);
        }
      }
    }
  }

  void Forward(const float* x, float outside, float* y) const {
    std::fill_n(y, outer * axis.out * inner, 0.0f);
    ForTaps([&](int64_t index, float weight, int64_t from, int64_t to) {
      for (int64_t i = 0; i < inner; ++i) {
        if (index < 0) {
          y[to + i] = outside;
        } else {
          y[to + i] += weight * x[from + index * inner + i];
        }
      }
    });
  }

  void Backward(const float* dy, float* dx) const {
    std::fill_n(dx, outer * axis.in * inner, 0.0f);
    ForTaps([&](int64_t index, float weight, int64_t from, int64_t to) {
      for (int64_t i = 0; index >= 0 && i < inner; ++i) {
        dx[from + index * inner + i] += weight * dy[to + i];
      }
    });
  }
};

class ResizeKernel : public OperatorKernel {
 public:
  ResizeKernel(InputView x, const Value& y, std::vector<Pass> passes, float outside,
               GradientSink dx)
      : x_(std::move(x)),
        y_(y),
        passes_(std::move(passes)),
        outside_(outside),
        dx_(std::move(dx)) {}

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    const float* from = Floats(x_.memory());
    for (Pass& pass : passes_) {
      float* to = pass.output.empty() ? Floats(y_.data) : pass.output.data();
      pass.Forward(from, outside_, to);
      from = to;
    }
  }

  // The outputs of passes are needed no more: they hold the gradients.
  void Backward(dnnl::stream& stream) override {
    if (!dx_.needed()) return;
    const float* from = Floats(y_.gradient);
    for (size_t p = passes_.size(); p-- > 0;) {
      float* to = p > 0 ? passes_[p - 1].output.data() : Floats(dx_.memory());
      passes_[p].Backward(from, to);
      from = to;
    }
    dx_.Flush(stream);
  }

 private:
  InputView x_;
  const Value& y_;
  std::vector<Pass> passes_;
  const float outside_;
  GradientSink dx_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeResize(NodeBuilder* builder) {
  const op::Attributes& attributes = builder->attributes();
  if (attributes.Int("mode") == op::kResizeNearest) return MakeMove(builder);
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  std::vector<int64_t> x_shape;
  GradientSink dx;
  DC_ASSIGN_OR_RETURN(InputView x, builder->PlainInput(0, &x_shape, y->gradient ? &dx : nullptr));
  std::vector<op::ResizeAxis> axes = op::ResizeAxes(attributes, x_shape, shape);
  std::vector<Pass> passes;
  std::vector<int64_t> now = x_shape;
  for (size_t d = 0; d < axes.size(); ++d) {
    // The last axis makes the output, whether it changes or not.
    if (axes[d].is_identity() && (d + 1 < axes.size() || !passes.empty())) continue;
    Pass& pass = passes.emplace_back();
    for (size_t i = 0; i < now.size(); ++i) {
      if (i < d) pass.outer *= now[i];
      if (i > d) pass.inner *= now[i];
    }
    now[d] = axes[d].out;
    pass.output.resize(static_cast<size_t>(ElementCount(now)));
    pass.axis = std::move(axes[d]);
  }
  if (passes.empty()) return builder->NotCovered("a Resize of a single number");
  passes.back().output.clear();
  return std::unique_ptr<OperatorKernel>(std::make_unique<ResizeKernel>(
      std::move(x), *y, std::move(passes), attributes.Float("extrapolation_value"), std::move(dx)));
}

}  // namespace dc::train
