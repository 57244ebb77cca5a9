#include "train/build/read_window.h"

#include <algorithm>

namespace dc::train {
namespace {

// Above any real network, small enough that no product below overflows.
constexpr int64_t kMaxExtent = 1 << 20;

bool InRange(const std::vector<int64_t>& values, size_t count, int64_t least) {
  return values.size() == count && std::all_of(values.begin(), values.end(), [&](int64_t v) {
           return v >= least && v <= kMaxExtent;
         });
}

}  // namespace

StatusOr<Window> ReadWindow(const NodeBuilder& builder, const std::vector<int64_t>& input,
                            const std::vector<int64_t>& kernel) {
  const Node& node = builder.node();
  if (input.size() != 4) {
    return builder.NotCovered(
        "input of shape " + ShapeText(input) + " is not two-dimensional images",
        "training covers inputs of shape [batch, channels, height, width]");
  }
  const auto strides = node.Ints("strides", {1, 1});
  const auto dilations = node.Ints("dilations", {1, 1});
  const auto pads = node.Ints("pads", {0, 0, 0, 0});
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  const bool ceil_mode = node.Int("ceil_mode", 0) != 0;
  if (!InRange(kernel, 2, 1) || !InRange(strides, 2, 1) || !InRange(dilations, 2, 1) ||
      !InRange(pads, 4, 0)) {
    return builder.Invalid("kernel_shape, strides, dilations or pads are out of range");
  }

  Window window;
  for (int axis = 0; axis < 2; ++axis) {
    const int64_t size = input[2 + axis];
    const int64_t stride = window.stride[axis] = strides[axis];
    window.kernel[axis] = kernel[axis];
    window.dilation[axis] = dilations[axis];
    const int64_t extent = window.Extent(axis);
    int64_t begin = pads[axis], end = pads[2 + axis];
    if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
      // Output = ceil(size / stride); an odd rest goes to the end (UPPER) or the begin (LOWER).
      const int64_t total =
          std::max<int64_t>(((size + stride - 1) / stride - 1) * stride + extent - size, 0);
      begin = auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
      end = total - begin;
    } else if (auto_pad == "VALID") {
      begin = end = 0;
    } else if (auto_pad != "NOTSET") {
      return builder.NotCovered("auto_pad \"" + auto_pad + "\"");
    }
    const int64_t room = size + begin + end - extent;
    if (room < 0) {
      return builder.Invalid("a window of " + std::to_string(extent) + " elements is larger than " +
                             std::to_string(size + begin + end) + " padded input elements");
    }
    int64_t count = (ceil_mode ? room + stride - 1 : room) / stride + 1;
    // A window that would begin in the padding behind the input is left out.
    if (ceil_mode && (count - 1) * stride >= size + begin) --count;
    window.pad_begin[axis] = begin;
    window.own_pad_end[axis] = end;
    window.pad_end[axis] = std::max(end, (count - 1) * stride + extent - size - begin);
    window.output[axis] = count;
  }
  return window;
}

}  // namespace dc::train
