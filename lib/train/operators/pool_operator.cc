// MaxPool, AveragePool, GlobalMaxPool and GlobalAveragePool on kernels that take any image
// layout: oneDNN's pools are several times slower on small images (docs/decisions).
#include <algorithm>

#include "train/build/read_window.h"
#include "train/kernels/pool_kernels.h"

namespace dc::train {
namespace {

// An image layout as [outer][height][width][inner]: every blocked or plain one is of this kind.
struct ImageView {
  dnnl::memory::format_tag tag;
  int64_t outer = 0, inner = 0;
};

// How memory of shape `s` in layout `desc` is traversed; plain NCHW where the layout is no other.
ImageView ViewImages(const std::vector<int64_t>& s, const dnnl::memory::desc& desc) {
  using Tag = dnnl::memory::format_tag;
  const auto blocks = [](int64_t n, int64_t size) { return (n + size - 1) / size; };
  const ImageView candidates[] = {
      {Tag::Abcd16a, blocks(s[0], 16) * s[1], 16},
      {Tag::nChw16c, s[0] * blocks(s[1], 16), 16},
      {Tag::nChw8c, s[0] * blocks(s[1], 8), 8},
      {Tag::nhwc, s[0], s[1]},
  };
  for (const ImageView& view : candidates) {
    if (desc == dnnl::memory::desc(s, dnnl::memory::data_type::f32, view.tag)) return view;
  }
  return {Tag::nchw, s[0] * s[1], 1};
}

class PoolKernel : public OperatorKernel {
 public:
  PoolKernel(NodeBuilder* builder, const Value& x, const Value& y, const ImageView& view,
             const PoolShape& shape, bool max)
      : shape_(shape),
        max_(max),
        x_(x.data, {x.shape, dnnl::memory::data_type::f32, view.tag}),
        y_(y) {
    if (builder->training()) dx_ = builder->InputGradient(0, x_.memory().get_desc());
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    (max_ ? MaxPoolForward : AveragePoolForward)(shape_, Floats(x_.memory()), Floats(y_.data));
  }

  void Backward(dnnl::stream& stream) override {
    if (!dx_.needed()) return;
    const float* dy = Floats(y_.gradient);
    float* dx = Floats(dx_.memory());
    if (max_) {
      MaxPoolBackward(shape_, Floats(x_.memory()), Floats(y_.data), dy, dx);
    } else {
      AveragePoolBackward(shape_, dy, dx);
    }
    dx_.Flush(stream);
  }

 private:
  const PoolShape shape_;
  const bool max_;
  InputView x_;
  const Value& y_;
  GradientSink dx_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakePool(NodeBuilder* builder) {
  const op::Operator& record = builder->record();
  const op::Attributes& attributes = builder->attributes();
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  const bool global = record.Attribute("kernel_shape") == nullptr;
  const bool max = &record == &op::kMaxPool || &record == &op::kGlobalMaxPool;
  const auto given = attributes.Ints("kernel_shape");
  std::vector<int64_t> kernel(given.begin(), given.end());
  if (global && x->shape.size() == 4) kernel = {x->shape[2], x->shape[3]};
  DC_ASSIGN_OR_RETURN(const Window window, ReadWindow(*builder, x->shape, kernel));
  if (builder->OutputIsRead(1)) return builder->NotCovered("the indices output");
  const ImageView view = ViewImages(x->shape, x->data.get_desc());
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  DC_ASSIGN_OR_RETURN(const Value* y,
                      builder->Output(shape, {shape, dnnl::memory::data_type::f32, view.tag}));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<PoolKernel>(builder, *x, *y, view,
                                   PoolShape{view.outer, x->shape[2], x->shape[3], view.inner,
                                             window, attributes.Int("count_include_pad") != 0},
                                   max));
}

}  // namespace dc::train
