#include "op/operator.h"
#include "op/window.h"

namespace dc::op {
namespace {

// x: batch x channels x spatial axes; weight: outputs x (channels / group) x kernel.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const Shape& w = context.Input(1);
  if (x.size() < 3) return BadShape(0, x, "NxCxL, NxCxHxW, ...");
  const int64_t group = context.attributes.Int("group");
  if (group < 1) return BadAttribute("group", "at least 1");
  if (w.size() != x.size() || w[0] < 1 || w[1] < 1 || w[0] % group != 0 || x[1] % group != 0 ||
      x[1] / group != w[1]) {
    return BadShape(1, w, "outputs x channels x kernel for ", x, " in ", group, " groups");
  }
  const auto kernel = std::span(w).subspan(2);
  DC_RETURN_IF_ERROR(CheckStatedKernel(context.attributes, kernel));
  if (context.Has(2) && Product(context.Input(2)) != w[0]) {
    return BadShape(2, context.Input(2), "one value per output channel");
  }
  std::vector<WindowAxis> windows;
  DC_RETURN_IF_ERROR(
      SlideWindows(context.attributes, std::span(x).subspan(2), kernel, false, &windows));
  Shape y = {x[0], w[0]};
  for (const WindowAxis& axis : windows) y.push_back(axis.out);
  *outputs = {std::move(y)};
  return OkStatus();
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {
    {"x"}, {"weight", Role::kWeight}, {"bias", Role::kBias}};
// Attributes that often differ from their default come first: the rest is left out of the file.
constexpr AttributeSpec kAttributes[] = {Ints("pads"), Ints("strides"), Int("group", 1),
                                         Ints("dilations")};
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {
    {"kernel_shape"}, {.name = "auto_pad", .fixed = true, .text = "NOTSET"}};

}  // namespace

const Operator kConv = {
    .name = "Conv",
    .id = Id::kConv,
    .opset = 11,
    .inputs = DC_NOT_FOR_SIZE(kInputs),
    .min_inputs = 2,
    .max_inputs = 3,
    .attributes = kAttributes,
    .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
    .traits = kConvolves,
    .infer = Infer,
    .output_axis = [](const Attributes&, size_t, size_t) -> size_t { return 0; }};

}  // namespace dc::op
