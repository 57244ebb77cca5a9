#include "op/pool.h"

#include "op/window.h"

namespace dc::op {
namespace {

// Whether a window has no tap inside the input.
bool HasEmptyWindow(const WindowAxis& axis) {
  if (axis.pad_begin >= axis.extent() || axis.pad_end >= axis.extent()) return true;
  if (axis.dilation == 1) return false;
  for (int64_t o = 0; o < axis.out; ++o) {
    const int64_t begin = o * axis.stride - axis.pad_begin;
    const int64_t before = begin < 0 ? (-begin + axis.dilation - 1) / axis.dilation : 0;
    if (before >= axis.kernel || begin + before * axis.dilation >= axis.in) return true;
  }
  return false;
}

}  // namespace

Status PooledShape(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  if (x.size() < 3) return BadShape(0, x, "NxCxL, NxCxHxW, ...");
  std::vector<WindowAxis> windows;
  DC_RETURN_IF_ERROR(SlideWindows(context.attributes, std::span(x).subspan(2),
                                  context.attributes.Ints("kernel_shape"),
                                  context.attributes.Int("ceil_mode") != 0, &windows));
  Shape y = {x[0], x[1]};
  for (const WindowAxis& axis : windows) {
    if (HasEmptyWindow(axis)) {
      return Unsupported("padding as wide as the window: windows without a single input value", "",
                         "use less padding");
    }
    y.push_back(axis.out);
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

Status GlobalPooledShape(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  if (x.size() < 3) return BadShape(0, x, "NxCxL, NxCxHxW, ...");
  Shape y(x.size(), 1);
  y[0] = x[0];
  y[1] = x[1];
  *outputs = {std::move(y)};
  return OkStatus();
}

}  // namespace dc::op
