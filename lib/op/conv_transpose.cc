#include "op/operator.h"
#include "op/window.h"

namespace dc::op {
namespace {

// x: batch x channels x spatial axes; weight: channels x (outputs / group) x kernel.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const Shape& w = context.Input(1);
  if (x.size() < 3) return BadShape(0, x, "NxCxL, NxCxHxW, ...");
  const int64_t group = context.attributes.Int("group");
  if (group < 1) return BadAttribute("group", "at least 1");
  if (w.size() != x.size() || w[0] != x[1] || w[0] < 1 || w[1] < 1 || w[0] % group != 0 ||
      w[1] > kMostElements / group) {
    return BadShape(1, w, "channels x outputs x kernel for ", x, " in ", group, " groups");
  }
  const auto kernel = std::span(w).subspan(2);
  DC_RETURN_IF_ERROR(CheckStatedKernel(context.attributes, kernel));
  const int64_t channels = w[1] * group;
  if (context.Has(2) && Product(context.Input(2)) != channels) {
    return BadShape(2, context.Input(2), "one value per output channel");
  }
  std::vector<WindowAxis> windows;
  DC_RETURN_IF_ERROR(SpreadWindows(context.attributes, std::span(x).subspan(2), kernel, &windows));
  Shape y = {x[0], channels};
  for (const WindowAxis& axis : windows) y.push_back(axis.in);
  *outputs = {std::move(y)};
  return OkStatus();
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {
    {"x"}, {"weight", Role::kWeight}, {"bias", Role::kBias}};
constexpr AttributeSpec kAttributes[] = {Ints("pads"), Ints("strides"), Int("group", 1),
                                         Ints("output_padding"), Ints("dilations")};
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {
    {"kernel_shape"}, {.name = "auto_pad", .fixed = true, .text = "NOTSET"}};

}  // namespace

const Operator kConvTranspose = {
    .name = "ConvTranspose",
    .id = Id::kConvTranspose,
    .opset = 11,
    .inputs = DC_NOT_FOR_SIZE(kInputs),
    .min_inputs = 2,
    .max_inputs = 3,
    .attributes = kAttributes,
    .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
    .traits = kConvolves,
    .infer = Infer,
    .output_axis = [](const Attributes&, size_t, size_t) -> size_t { return 1; }};

}  // namespace dc::op
