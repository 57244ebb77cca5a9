// Windows over any number of spatial axes, tap by tap.
#ifndef DC_RUNTIME_OPERATORS_WINDOW_GRID_H_
#define DC_RUNTIME_OPERATORS_WINDOW_GRID_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "op/window.h"

namespace dc::runtime {

// Windows and taps are in row-major order of their axes.
class WindowGrid {
 public:
  explicit WindowGrid(std::vector<op::WindowAxis> axes);

  const std::vector<op::WindowAxis>& axes() const { return axes_; }
  size_t taps() const { return taps_; }
  size_t windows() const { return windows_; }
  // Elements of the images that the windows lie on.
  size_t elements() const { return elements_; }

  // Calls visit(window, element) for every window in [begin, end) whose tap `tap` is inside the
  // image, at `element`.
  template <typename Visit>
  void ForEach(size_t tap, size_t begin, size_t end, const Visit& visit) const;

 private:
  // The element that tap `tap` reads in the windows of line `line`, but for the last axis; -1 where
  // it is outside.
  int64_t LineAt(size_t tap, size_t line) const;

  std::vector<op::WindowAxis> axes_;
  size_t taps_ = 1, windows_ = 1, elements_ = 1;
};

template <typename Visit>
void WindowGrid::ForEach(size_t tap, size_t begin, size_t end, const Visit& visit) const {
  const op::WindowAxis& last = axes_.back();
  const size_t length = static_cast<size_t>(last.out);
  const size_t last_tap = tap % static_cast<size_t>(last.kernel);
  const int64_t shift = static_cast<int64_t>(last_tap) * last.dilation - last.pad_begin;
  // The windows of a line, [first, stop), whose tap is inside.
  const int64_t first = shift >= 0 ? 0 : (-shift + last.stride - 1) / last.stride;
  const int64_t stop = shift >= last.in ? 0 : (last.in - 1 - shift) / last.stride + 1;
  for (size_t line = begin / length; line * length < end; ++line) {
    const int64_t base = LineAt(tap / static_cast<size_t>(last.kernel), line);
    if (base < 0) continue;
    const int64_t at = static_cast<int64_t>(line * length);
    const int64_t from = std::max(first, static_cast<int64_t>(begin) - at);
    const int64_t to = std::min({stop, last.out, static_cast<int64_t>(end) - at});
    for (int64_t o = from; o < to; ++o) {
      visit(static_cast<size_t>(at + o), static_cast<size_t>(base + o * last.stride + shift));
    }
  }
}

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_WINDOW_GRID_H_
