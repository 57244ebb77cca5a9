#include "runtime/operators/sliding_window.h"

#include <string>

namespace dc::runtime {
namespace {

// Larger strides, pads and dilations have no use and could overflow.
constexpr int64_t kMaxSetting = int64_t{1} << 20;
constexpr int64_t kMaxLength = int64_t{1} << 22;  // of an axis

Status CheckList(const char* name, std::span<const int64_t> list, size_t expected, int64_t least) {
  if (!list.empty() && list.size() != expected) {
    return BadInput(std::string(name) + " has " + std::to_string(list.size()) +
                        " entries, expected " + std::to_string(expected),
                    "", "the file contradicts itself; encode the model again");
  }
  for (int64_t value : list) {
    if (value < least || value > kMaxSetting) {
      return Unsupported(std::string(name) + " holds " + std::to_string(value), "",
                         "values from " + std::to_string(least) + " to " +
                             std::to_string(kMaxSetting) + " are covered");
    }
  }
  return OkStatus();
}

}  // namespace

StatusOr<SlidingWindow> MakeSlidingWindow(const format::Attributes& attributes,
                                          std::span<const int64_t> in,
                                          std::span<const int64_t> kernel, bool ceil_mode) {
  const size_t axes = in.size();
  const auto strides = attributes.Ints("strides");
  const auto pads = attributes.Ints("pads");
  const auto dilations = attributes.Ints("dilations");
  DC_RETURN_IF_ERROR(CheckList("kernel_shape", kernel, axes, 1));
  DC_RETURN_IF_ERROR(CheckList("strides", strides, axes, 1));
  DC_RETURN_IF_ERROR(CheckList("pads", pads, 2 * axes, 0));
  DC_RETURN_IF_ERROR(CheckList("dilations", dilations, axes, 1));
  SlidingWindow window;
  for (size_t i = 0; i < axes; ++i) {
    if (in[i] > kMaxLength) {
      return Unsupported("a spatial axis of " + std::to_string(in[i]) + " values", "",
                         "the limit is " + std::to_string(kMaxLength));
    }
    WindowAxis& axis = i + 1 == axes ? window.x : window.y;
    axis.in = in[i];
    axis.kernel = kernel[i];
    if (!strides.empty()) axis.stride = strides[i];
    if (!dilations.empty()) axis.dilation = dilations[i];
    if (!pads.empty()) {
      axis.pad_begin = pads[i];
      axis.pad_end = pads[axes + i];
    }
    const int64_t room = axis.padded() - axis.extent();
    if (room < 0) {
      return BadInput("a window of " + std::to_string(axis.extent()) + " in an input of " +
                          std::to_string(axis.padded()) + " (padding included)",
                      "", "the input shape does not fit the network");
    }
    axis.out = (room + (ceil_mode ? axis.stride - 1 : 0)) / axis.stride + 1;
  }
  return window;
}

}  // namespace dc::runtime
