#include "train/kernels/pool_kernels.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/pool_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dc::train {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Kernel positions [first, last) along one axis.
struct Taps {
  int64_t first, last;
};

// Those of window `out` that lie inside the image.
Taps TapsInside(const PoolShape& s, int axis, int64_t out) {
  const Window& w = s.window;
  const int64_t size = axis == 0 ? s.height : s.width;
  const int64_t origin = out * w.stride[axis] - w.pad_begin[axis];
  const int64_t d = w.dilation[axis];
  const int64_t first = origin < 0 ? (-origin + d - 1) / d : 0;
  const int64_t last = origin < size ? (size - 1 - origin) / d + 1 : 0;
  return {first, std::min(last, w.kernel[axis])};
}

// One over the number of taps that the average of window (row, column) divides by.
float AverageScale(const PoolShape& s, int64_t row, int64_t column) {
  const Window& w = s.window;
  int64_t count = 1;
  for (int axis = 0; axis < 2; ++axis) {
    const int64_t out = axis == 0 ? row : column;
    Taps taps = TapsInside(s, axis, out);
    if (s.count_padding) {
      // Padding counts, but not what ceil_mode adds after it.
      const int64_t origin = out * w.stride[axis] - w.pad_begin[axis];
      const int64_t room = (axis == 0 ? s.height : s.width) + w.own_pad_end[axis] - origin;
      taps = {0, std::min(w.kernel[axis], (room + w.dilation[axis] - 1) / w.dilation[axis])};
    }
    count *= std::max<int64_t>(taps.last - taps.first, 1);
  }
  return 1.0f / static_cast<float>(count);
}

// One window: where its output is, and its taps inside the image.
struct WindowAt {
  const PoolShape& s;
  int64_t image, row, column;
  int64_t output;  // offset of `inner` values
  Taps rows, columns;

  // Calls visit(offset of `inner` input values) for each tap.
  template <typename Visit>
  void ForEachTap(const Visit& visit) const {
    const Window& w = s.window;
    for (int64_t r = rows.first; r < rows.last; ++r) {
      const int64_t y = row * w.stride[0] - w.pad_begin[0] + r * w.dilation[0];
      for (int64_t c = columns.first; c < columns.last; ++c) {
        const int64_t x = column * w.stride[1] - w.pad_begin[1] + c * w.dilation[1];
        visit(((image * s.height + y) * s.width + x) * s.inner);
      }
    }
  }
};

// Calls visit(d, window, i) for every window and every vector of its `inner` values: d is the
// vector's type, i its offset. What does not fill a vector comes one value at a time.
template <typename Visit>
void ForEachVector(const PoolShape& s, const Visit& visit) {
  const hn::CappedTag<float, 16> d;
  const hn::CappedTag<float, 1> one;
  const int64_t n = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t image = 0; image < s.outer; ++image) {
    for (int64_t row = 0; row < s.window.output[0]; ++row) {
      const Taps rows = TapsInside(s, 0, row);
      for (int64_t column = 0; column < s.window.output[1]; ++column) {
        const int64_t output =
            ((image * s.window.output[0] + row) * s.window.output[1] + column) * s.inner;
        const WindowAt window{s, image, row, column, output, rows, TapsInside(s, 1, column)};
        int64_t i = 0;
        for (; i + n <= s.inner; i += n) visit(d, window, i);
        for (; i < s.inner; ++i) visit(one, window, i);
      }
    }
  }
}

void Clear(const PoolShape& s, float* dx) {
  std::fill_n(dx, s.outer * s.height * s.width * s.inner, 0.0f);
}

void MaxForward(const PoolShape& s, const float* x, float* y) {
  ForEachVector(s, [&](auto d, const WindowAt& window, int64_t i) {
    auto best = hn::Set(d, -std::numeric_limits<float>::infinity());
    window.ForEachTap([&](int64_t at) { best = hn::Max(best, hn::LoadU(d, x + at + i)); });
    hn::StoreU(best, d, y + window.output + i);
  });
}

void MaxBackward(const PoolShape& s, const float* x, const float* y, const float* dy, float* dx) {
  Clear(s, dx);
  ForEachVector(s, [&](auto d, const WindowAt& window, int64_t i) {
    const auto best = hn::LoadU(d, y + window.output + i);
    // What no tap has taken yet: zero after the first one with the maximum.
    auto left = hn::LoadU(d, dy + window.output + i);
    window.ForEachTap([&](int64_t at) {
      const auto part = hn::IfThenElseZero(hn::Eq(hn::LoadU(d, x + at + i), best), left);
      hn::StoreU(hn::Add(hn::LoadU(d, dx + at + i), part), d, dx + at + i);
      left = hn::Sub(left, part);
    });
  });
}

void AverageForward(const PoolShape& s, const float* x, float* y) {
  ForEachVector(s, [&](auto d, const WindowAt& window, int64_t i) {
    auto sum = hn::Zero(d);
    window.ForEachTap([&](int64_t at) { sum = hn::Add(sum, hn::LoadU(d, x + at + i)); });
    const auto scale = hn::Set(d, AverageScale(s, window.row, window.column));
    hn::StoreU(hn::Mul(sum, scale), d, y + window.output + i);
  });
}

void AverageBackward(const PoolShape& s, const float* dy, float* dx) {
  Clear(s, dx);
  ForEachVector(s, [&](auto d, const WindowAt& window, int64_t i) {
    const auto scale = hn::Set(d, AverageScale(s, window.row, window.column));
    const auto part = hn::Mul(hn::LoadU(d, dy + window.output + i), scale);
    window.ForEachTap(
        [&](int64_t at) { hn::StoreU(hn::Add(hn::LoadU(d, dx + at + i), part), d, dx + at + i); });
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::train
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::train {

HWY_EXPORT(MaxForward);
HWY_EXPORT(MaxBackward);
HWY_EXPORT(AverageForward);
HWY_EXPORT(AverageBackward);

void MaxPoolForward(const PoolShape& shape, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(MaxForward)(shape, x, y);
}
void MaxPoolBackward(const PoolShape& shape, const float* x, const float* y, const float* dy,
                     float* dx) {
  HWY_DYNAMIC_DISPATCH(MaxBackward)(shape, x, y, dy, dx);
}
void AveragePoolForward(const PoolShape& shape, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(AverageForward)(shape, x, y);
}
void AveragePoolBackward(const PoolShape& shape, const float* dy, float* dx) {
  HWY_DYNAMIC_DISPATCH(AverageBackward)(shape, dy, dx);
}

}  // namespace dc::train
#endif  // HWY_ONCE
