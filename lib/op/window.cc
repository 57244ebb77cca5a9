#include "op/window.h"

#include <algorithm>
#include <string>

#include "op/shape.h"

namespace dc::op {
namespace {

// Larger sizes and settings have no use, and their products could overflow.
constexpr int64_t kMost = int64_t{1} << 22;

Status CheckList(const char* name, std::span<const int64_t> list, size_t expected, int64_t least) {
  if (!list.empty() && list.size() != expected) {
    return BadAttribute(name, "a list of ", expected);
  }
  for (int64_t value : list) {
    if (value >= least && value <= kMost) continue;
    if (kBriefErrors) {
      return value < least ? BadAttribute(name) : Unsupported(name, "", "use a smaller value");
    }
    const std::string what = std::string(name) + " holds " + std::to_string(value);
    if (value < least) return BadInput(what, "", "the least is " + std::to_string(least));
    return Unsupported(what, "", "up to " + std::to_string(kMost) + " is covered");
  }
  return OkStatus();
}

// What all windows have in common: everything but sizes in and out.
Status ReadWindows(const Attributes& attributes, std::span<const int64_t> sizes,
                   std::span<const int64_t> kernel, std::vector<WindowAxis>* windows) {
  const size_t axes = sizes.size();
  const auto strides = attributes.Ints("strides"), pads = attributes.Ints("pads"),
             dilations = attributes.Ints("dilations");
  if (kernel.size() != axes) {
    return BadAttribute("kernel_shape", "a list of ", axes);
  }
  if (std::any_of(sizes.begin(), sizes.end(), [](int64_t size) { return size < 0; })) {
    return AcrossBatch("slides windows");
  }
  DC_RETURN_IF_ERROR(CheckList("spatial size", sizes, axes, 1));
  DC_RETURN_IF_ERROR(CheckList("kernel_shape", kernel, axes, 1));
  DC_RETURN_IF_ERROR(CheckList("strides", strides, axes, 1));
  DC_RETURN_IF_ERROR(CheckList("pads", pads, 2 * axes, 0));
  DC_RETURN_IF_ERROR(CheckList("dilations", dilations, axes, 1));
  windows->assign(axes, {});
  for (size_t i = 0; i < axes; ++i) {
    WindowAxis& axis = (*windows)[i];
    axis.kernel = kernel[i];
    if (!strides.empty()) axis.stride = strides[i];
    if (!dilations.empty()) axis.dilation = dilations[i];
    if (!pads.empty()) {
      axis.pad_begin = pads[i];
      axis.pad_end = pads[axes + i];
    }
  }
  return OkStatus();
}

}  // namespace

Status SlideWindows(const Attributes& attributes, std::span<const int64_t> sizes,
                    std::span<const int64_t> kernel, bool ceil_mode,
                    std::vector<WindowAxis>* windows) {
  DC_RETURN_IF_ERROR(ReadWindows(attributes, sizes, kernel, windows));
  for (size_t i = 0; i < sizes.size(); ++i) {
    WindowAxis& axis = (*windows)[i];
    axis.in = sizes[i];
    const int64_t room = axis.padded() - axis.extent();
    if (room < 0) {
      if (kBriefErrors) return BadAttribute("kernel_shape");
      return BadInput("a window of " + std::to_string(axis.extent()) + " in an input of " +
                          std::to_string(axis.padded()) + " (padding included)",
                      "", "use inputs of the size that the network was made for");
    }
    axis.out = (room + (ceil_mode ? axis.stride - 1 : 0)) / axis.stride + 1;
    if (ceil_mode && (axis.out - 1) * axis.stride >= axis.in + axis.pad_begin) --axis.out;
  }
  return OkStatus();
}

Status SpreadWindows(const Attributes& attributes, std::span<const int64_t> sizes,
                     std::span<const int64_t> kernel, std::vector<WindowAxis>* windows) {
  const auto more = attributes.Ints("output_padding");
  DC_RETURN_IF_ERROR(ReadWindows(attributes, sizes, kernel, windows));
  DC_RETURN_IF_ERROR(CheckList("output_padding", more, sizes.size(), 0));
  for (size_t i = 0; i < sizes.size(); ++i) {
    WindowAxis& axis = (*windows)[i];
    axis.out = sizes[i];
    axis.in = (axis.out - 1) * axis.stride + axis.extent() - axis.pad_begin - axis.pad_end +
              (more.empty() ? 0 : more[i]);
    if (axis.in < 1 || axis.in > kMost) {
      return BadInput(
          "an output of size " + std::to_string(axis.in) + " along axis " + std::to_string(i + 2),
          "", "correct the pads");
    }
  }
  return OkStatus();
}

Status CheckStatedKernel(const Attributes& attributes, std::span<const int64_t> kernel) {
  const auto stated = attributes.Ints("kernel_shape");
  if (stated.empty() || std::equal(stated.begin(), stated.end(), kernel.begin(), kernel.end())) {
    return OkStatus();
  }
  return BadAttribute("kernel_shape", "the weight's");
}

}  // namespace dc::op
