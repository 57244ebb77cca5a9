#include "runtime/operators/sliding_window.h"

#include <string>
#include <vector>

#include "base/text.h"

namespace dc::runtime {

StatusOr<SlidingWindow> MakeSlidingWindow(const op::Attributes& attributes,
                                          std::span<const int64_t> sizes,
                                          std::span<const int64_t> kernel, bool ceil_mode) {
  if (sizes.size() != 1 && sizes.size() != 2) {
    return Unsupported(
        DC_ERROR_TEXT("windows over many axes", "windows over ", sizes.size(), " spatial axes"), "",
        "only inputs of shape NxCxHxW and NxCxL are covered");
  }
  std::vector<WindowAxis> axes;
  DC_RETURN_IF_ERROR(op::SlideWindows(attributes, sizes, kernel, ceil_mode, &axes));
  SlidingWindow window;
  window.x = axes.back();
  if (axes.size() == 2) window.y = axes[0];
  return window;
}

}  // namespace dc::runtime
