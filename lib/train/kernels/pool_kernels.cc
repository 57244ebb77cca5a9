#include "train/kernels/pool_kernels.h"

#include <algorithm>
#include <cmath>
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
Taps TapsInside(const op::WindowAxis& axis, int64_t out) {
  const int64_t origin = out * axis.stride - axis.pad_begin;
  const int64_t d = axis.dilation;
  const int64_t first = origin < 0 ? (-origin + d - 1) / d : 0;
  const int64_t last = origin < axis.in ? (axis.in - 1 - origin) / d + 1 : 0;
  return {first, std::min(last, axis.kernel)};
}

// One window: where its output is, and its taps inside the image.
struct WindowAt {
  const PoolShape& s;
  int64_t image;
  std::array<int64_t, 3> place;
  int64_t output;  // offset of `inner` values
  std::array<Taps, 3> taps;

  // Where tap `tap` along `axis` is.
  int64_t At(int axis, int64_t tap) const {
    const op::WindowAxis& a = s.axes[static_cast<size_t>(axis)];
    return place[static_cast<size_t>(axis)] * a.stride - a.pad_begin + tap * a.dilation;
  }
  // Calls visit(offset of `inner` input values) for each tap.
  template <typename Visit>
  void ForEachTap(const Visit& visit) const {
    for (int64_t z = taps[0].first; z < taps[0].last; ++z) {
      for (int64_t r = taps[1].first; r < taps[1].last; ++r) {
        const int64_t row = ((image * s.axes[0].in + At(0, z)) * s.axes[1].in + At(1, r));
        for (int64_t c = taps[2].first; c < taps[2].last; ++c) {
          visit((row * s.axes[2].in + At(2, c)) * s.inner);
        }
      }
    }
  }
  // One over the number of taps that the average divides by.
  float AverageScale() const {
    int64_t count = 1;
    for (size_t i = 0; i < 3; ++i) {
      const op::WindowAxis& axis = s.axes[i];
      int64_t counted = taps[i].last - taps[i].first;
      if (s.count_padding) {
        // Padding counts, but not what ceil_mode adds after it.
        const int64_t room = axis.padded() - place[i] * axis.stride;
        counted = std::min(axis.kernel, (room + axis.dilation - 1) / axis.dilation);
      }
      count *= std::max<int64_t>(counted, 1);
    }
    return 1.0f / static_cast<float>(count);
  }
};

// Calls visit(window) for every window.
template <typename Visit>
void ForEachWindow(const PoolShape& s, const Visit& visit) {
  int64_t output = 0;
  for (int64_t image = 0; image < s.outer; ++image) {
    for (int64_t z = 0; z < s.axes[0].out; ++z) {
      const Taps depths = TapsInside(s.axes[0], z);
      for (int64_t row = 0; row < s.axes[1].out; ++row) {
        const Taps rows = TapsInside(s.axes[1], row);
        for (int64_t column = 0; column < s.axes[2].out; ++column, output += s.inner) {
          visit(WindowAt{
              s, image, {z, row, column}, output, {depths, rows, TapsInside(s.axes[2], column)}});
        }
      }
    }
  }
}

// Calls visit(d, window, i) for every window and every vector of its `inner` values: d is the
// vector's type, i its offset. What does not fill a vector comes one value at a time.
template <typename Visit>
void ForEachVector(const PoolShape& s, const Visit& visit) {
  const hn::CappedTag<float, 16> d;
  const hn::CappedTag<float, 1> one;
  const int64_t n = static_cast<int64_t>(hn::Lanes(d));
  ForEachWindow(s, [&](const WindowAt& window) {
    int64_t i = 0;
    for (; i + n <= s.inner; i += n) visit(d, window, i);
    for (; i < s.inner; ++i) visit(one, window, i);
  });
}

void Clear(const PoolShape& s, float* dx) { std::fill_n(dx, s.InSize(), 0.0f); }

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
    const auto scale = hn::Set(d, window.AverageScale());
    hn::StoreU(hn::Mul(sum, scale), d, y + window.output + i);
  });
}

void AverageBackward(const PoolShape& s, const float* dy, float* dx) {
  Clear(s, dx);
  ForEachVector(s, [&](auto d, const WindowAt& window, int64_t i) {
    const auto scale = hn::Set(d, window.AverageScale());
    const auto part = hn::Mul(hn::LoadU(d, dy + window.output + i), scale);
    window.ForEachTap(
        [&](int64_t at) { hn::StoreU(hn::Add(hn::LoadU(d, dx + at + i), part), d, dx + at + i); });
  });
}

void LpForward(const PoolShape& s, const float* x, float* y) {
  ForEachWindow(s, [&](const WindowAt& window) {
    for (int64_t i = 0; i < s.inner; ++i) {
      double sum = 0;
      window.ForEachTap([&](int64_t at) {
        sum += std::pow(std::abs(static_cast<double>(x[at + i])), static_cast<double>(s.p));
      });
      y[window.output + i] = static_cast<float>(std::pow(sum, 1.0 / s.p));
    }
  });
}

// dy/dx = sign(x) (|x| / y)^(p - 1); 0 where y is.
void LpBackward(const PoolShape& s, const float* x, const float* y, const float* dy, float* dx) {
  Clear(s, dx);
  ForEachWindow(s, [&](const WindowAt& window) {
    for (int64_t i = 0; i < s.inner; ++i) {
      const float norm = y[window.output + i], gradient = dy[window.output + i];
      if (norm == 0.0f) continue;
      window.ForEachTap([&](int64_t at) {
        const float value = x[at + i];
        const float slope = std::pow(std::abs(value) / norm, s.p - 1);
        dx[at + i] += gradient * std::copysign(slope, value);
      });
    }
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
HWY_EXPORT(LpForward);
HWY_EXPORT(LpBackward);

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
void LpPoolForward(const PoolShape& shape, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(LpForward)(shape, x, y);
}
void LpPoolBackward(const PoolShape& shape, const float* x, const float* y, const float* dy,
                    float* dx) {
  HWY_DYNAMIC_DISPATCH(LpBackward)(shape, x, y, dy, dx);
}

}  // namespace dc::train
#endif  // HWY_ONCE
