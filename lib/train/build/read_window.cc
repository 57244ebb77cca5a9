#include "train/build/read_window.h"

#include <algorithm>

#include "op/window.h"

namespace dc::train {

StatusOr<Window> ReadWindow(const NodeBuilder& builder, const std::vector<int64_t>& input,
                            const std::vector<int64_t>& kernel) {
  if (input.size() != 4) {
    return builder.NotCovered(
        "input of shape " + ShapeText(input) + " is not two-dimensional images",
        "training covers inputs of shape [batch, channels, height, width]");
  }
  const op::Attributes& attributes = builder.attributes();
  std::vector<op::WindowAxis> axes;
  const Status status = op::SlideWindows(attributes, std::span(input).subspan(2), kernel,
                                         attributes.Int("ceil_mode") != 0, &axes);
  if (!status.ok()) return status.At(NodeLabel(builder.node()));
  Window window;
  for (size_t i = 0; i < 2; ++i) {
    const op::WindowAxis& axis = axes[i];
    window.kernel[i] = axis.kernel;
    window.stride[i] = axis.stride;
    window.dilation[i] = axis.dilation;
    window.pad_begin[i] = axis.pad_begin;
    window.own_pad_end[i] = axis.pad_end;
    window.pad_end[i] = std::max(
        axis.pad_end, (axis.out - 1) * axis.stride + axis.extent() - axis.in - axis.pad_begin);
    window.output[i] = axis.out;
  }
  return window;
}

}  // namespace dc::train
