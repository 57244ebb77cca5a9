#include "runtime/operators/window_grid.h"

#include <utility>

namespace dc::runtime {

WindowGrid::WindowGrid(std::vector<op::WindowAxis> axes) : axes_(std::move(axes)) {
  for (const op::WindowAxis& axis : axes_) {
    taps_ *= static_cast<size_t>(axis.kernel);
    windows_ *= static_cast<size_t>(axis.out);
    elements_ *= static_cast<size_t>(axis.in);
  }
}

int64_t WindowGrid::LineAt(size_t tap, size_t line) const {
  int64_t element = 0, stride = axes_.back().in;
  int64_t tap_left = static_cast<int64_t>(tap), line_left = static_cast<int64_t>(line);
  for (size_t d = axes_.size() - 1; d-- > 0;) {
    const op::WindowAxis& axis = axes_[d];
    const int64_t at = line_left % axis.out * axis.stride - axis.pad_begin +
                       tap_left % axis.kernel * axis.dilation;
    if (at < 0 || at >= axis.in) return -1;
    element += at * stride;
    stride *= axis.in;
    line_left /= axis.out;
    tap_left /= axis.kernel;
  }
  return element;
}

}  // namespace dc::runtime
