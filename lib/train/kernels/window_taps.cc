#include "train/kernels/window_taps.h"

#include <cstddef>

namespace dc::train {

std::vector<int32_t> WindowTaps(std::span<const op::WindowAxis> axes) {
  size_t taps = 1, windows = 1;
  for (const op::WindowAxis& axis : axes) {
    taps *= static_cast<size_t>(axis.kernel);
    windows *= static_cast<size_t>(axis.out);
  }
  std::vector<int32_t> result(taps * windows);
  for (size_t t = 0; t < taps; ++t) {
    for (size_t w = 0; w < windows; ++w) {
      int64_t tap = static_cast<int64_t>(t), window = static_cast<int64_t>(w);
      int64_t element = 0, stride = 1;
      bool inside = true;
      for (size_t d = axes.size(); d-- > 0;) {
        const op::WindowAxis& axis = axes[d];
        const int64_t at =
            window % axis.out * axis.stride - axis.pad_begin + tap % axis.kernel * axis.dilation;
        inside &= at >= 0 && at < axis.in;
        element += at * stride;
        stride *= axis.in;
        window /= axis.out;
        tap /= axis.kernel;
      }
      result[t * windows + w] = inside ? static_cast<int32_t>(element) : -1;
    }
  }
  return result;
}

}  // namespace dc::train
