// MaxPool, AveragePool, LpPool and the global ones over one to three spatial axes, on kernels that
// take any image layout: oneDNN's pools are several times slower on small images (docs/decisions).
#include <algorithm>

#include "train/build/read_window.h"
#include "train/kernels/pool_kernels.h"

namespace dc::train {
namespace {

// An image layout as [outer][spatial axes][inner]: every blocked or plain one is of this kind.
struct ImageView {
  dnnl::memory::format_tag tag;
  int64_t outer = 0, inner = 0;
};

// How memory of shape `s` in layout `desc` is traversed; the plain layout where it is no other.
ImageView ViewImages(const std::vector<int64_t>& s, const dnnl::memory::desc& desc) {
  using Tag = dnnl::memory::format_tag;
  const auto blocks = [](int64_t n, int64_t size) { return (n + size - 1) / size; };
  const Tag plain[] = {Tag::ncw, Tag::nchw, Tag::ncdhw};
  const Tag last[] = {Tag::nwc, Tag::nhwc, Tag::ndhwc};
  const Tag by_16[] = {Tag::nCw16c, Tag::nChw16c, Tag::nCdhw16c};
  const Tag by_8[] = {Tag::nCw8c, Tag::nChw8c, Tag::nCdhw8c};
  const size_t axes = s.size() - 3;  // beyond the first
  std::vector<ImageView> candidates = {
      {by_16[axes], s[0] * blocks(s[1], 16), 16},
      {by_8[axes], s[0] * blocks(s[1], 8), 8},
      {last[axes], s[0], s[1]},
  };
  if (axes == 1) candidates.push_back({Tag::Abcd16a, blocks(s[0], 16) * s[1], 16});
  for (const ImageView& view : candidates) {
    if (desc == dnnl::memory::desc(s, dnnl::memory::data_type::f32, view.tag)) return view;
  }
  return {plain[axes], s[0] * s[1], 1};
}

// What becomes of a window.
enum class Pooling { kMaximum, kAverage, kNorm };

class PoolKernel : public OperatorKernel {
 public:
  PoolKernel(NodeBuilder* builder, const Value& x, const Value& y, const ImageView& view,
             const PoolShape& shape, Pooling pooling)
      : shape_(shape),
        pooling_(pooling),
        x_(x.data, {x.shape, dnnl::memory::data_type::f32, view.tag}),
        y_(y) {
    if (builder->training()) dx_ = builder->InputGradient(0, x_.memory().get_desc());
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    auto* const forward = pooling_ == Pooling::kMaximum   ? MaxPoolForward
                          : pooling_ == Pooling::kAverage ? AveragePoolForward
                                                          : LpPoolForward;
    forward(shape_, Floats(x_.memory()), Floats(y_.data));
  }

  void Backward(dnnl::stream& stream) override {
    if (!dx_.needed()) return;
    const float* dy = Floats(y_.gradient);
    float* dx = Floats(dx_.memory());
    if (pooling_ == Pooling::kAverage) {
      AveragePoolBackward(shape_, dy, dx);
    } else {
      auto* const backward = pooling_ == Pooling::kMaximum ? MaxPoolBackward : LpPoolBackward;
      backward(shape_, Floats(x_.memory()), Floats(y_.data), dy, dx);
    }
    dx_.Flush(stream);
  }

 private:
  const PoolShape shape_;
  const Pooling pooling_;
  InputView x_;
  const Value& y_;
  GradientSink dx_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakePool(NodeBuilder* builder) {
  const op::Operator& record = builder->record();
  const op::Attributes& attributes = builder->attributes();
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  if (x->shape.size() > 5) {
    return builder->NotCovered("input of shape " + ShapeText(x->shape),
                               "training covers windows over up to three axes");
  }
  if (builder->OutputIsRead(1)) return builder->NotCovered("the indices output");
  const bool global = record.Attribute("kernel_shape") == nullptr;
  const auto given = attributes.Ints("kernel_shape");
  std::vector<int64_t> kernel(given.begin(), given.end());
  if (global) kernel.assign(x->shape.begin() + 2, x->shape.end());
  DC_ASSIGN_OR_RETURN(const std::vector<op::WindowAxis> windows,
                      ReadWindows(*builder, x->shape, kernel));
  const ImageView view = ViewImages(x->shape, x->data.get_desc());
  PoolShape pool{.outer = view.outer,
                 .inner = view.inner,
                 .count_padding = attributes.Int("count_include_pad") != 0};
  std::copy(windows.rbegin(), windows.rend(), pool.axes.rbegin());
  Pooling pooling = Pooling::kAverage;
  if (&record == &op::kMaxPool || &record == &op::kGlobalMaxPool) pooling = Pooling::kMaximum;
  if (record.Attribute("p") != nullptr) {
    pooling = Pooling::kNorm;
    pool.p = static_cast<float>(attributes.Int("p"));
  }
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  DC_ASSIGN_OR_RETURN(const Value* y,
                      builder->Output(shape, {shape, dnnl::memory::data_type::f32, view.tag}));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<PoolKernel>(builder, *x, *y, view, pool, pooling));
}

}  // namespace dc::train
