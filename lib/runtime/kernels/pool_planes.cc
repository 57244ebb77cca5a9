#include "runtime/kernels/pool_planes.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/pool_planes.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/not_a_number-inl.h"
#include "runtime/kernels/shift_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

struct Maximum {
  static constexpr float kNothing = -std::numeric_limits<float>::infinity();
  template <class V>
  HWY_ATTR HWY_INLINE V Add(V a, V b) const {
    return Larger(a, b);
  }
  template <class D>
  HWY_ATTR HWY_INLINE hn::Vec<D> Finish(D, hn::Vec<D> a) const {
    return a;
  }
};

struct Average {
  static constexpr float kNothing = 0;
  float scale;
  template <class V>
  HWY_ATTR HWY_INLINE V Add(V a, V b) const {
    return hn::Add(a, b);
  }
  template <class D>
  HWY_ATTR HWY_INLINE hn::Vec<D> Finish(D d, hn::Vec<D> a) const {
    return hn::Mul(a, hn::Set(d, scale));
  }
};

// Calls step(tag, i) for vectors from i on, the widest first and down to single floats, until they
// have covered `count` floats.
template <size_t kMax, class Step>
HWY_ATTR HWY_INLINE void ForVectors(size_t i, size_t count, const Step& step) {
  const hn::CappedTag<float, kMax> d;
  constexpr size_t kWide = hn::MaxLanes(d);
  for (; i + kWide <= count; i += kWide) step(d, i);
  if constexpr (kWide > 1) {
    if (i < count) ForVectors<kWide == 16 ? 8 : kWide == 8 ? 4 : 1>(i, count, step);
  }
}

// line[i] = the rows of the windows reduced, over `floats` floats; steps are in floats, too.
template <class Reduce>
HWY_ATTR void Down(const Reduce& reduce, const float* HWY_RESTRICT x, size_t kernel, size_t step,
                   size_t floats, float* HWY_RESTRICT line) {
  ForVectors<16>(0, floats, [&](auto d, size_t i) HWY_ATTR {
    auto result = hn::LoadU(d, x + i);
    for (size_t k = 1; k < kernel; ++k) result = reduce.Add(result, hn::LoadU(d, x + k * step + i));
    hn::StoreU(result, d, line + i);
  });
}

// Outputs of a row of windows that lie beside each other like the taps, `floats` of them.
template <class Reduce>
HWY_ATTR void Along(const Reduce& reduce, const float* HWY_RESTRICT line, size_t kernel,
                    size_t step, size_t floats, float* HWY_RESTRICT out) {
  ForVectors<16>(0, floats, [&](auto d, size_t i) HWY_ATTR {
    auto result = hn::LoadU(d, line + i);
    for (size_t k = 1; k < kernel; ++k) {
      result = reduce.Add(result, hn::LoadU(d, line + k * step + i));
    }
    hn::StoreU(reduce.Finish(d, result), d, out + i);
  });
}

// The outputs of a row of windows with stride 2 and taps beside each other: even and odd inputs
// part.
template <class Reduce>
HWY_ATTR void AlongTwo(const Reduce& reduce, const float* HWY_RESTRICT line, size_t kernel,
                       size_t columns, float* HWY_RESTRICT out) {
  ForVectors<16>(0, columns, [&](auto d, size_t i) HWY_ATTR {
    hn::Vec<decltype(d)> result, even, odd;
    hn::LoadInterleaved2(d, line + 2 * i, result, odd);
    if (kernel > 1) result = reduce.Add(result, odd);
    for (size_t k = 2; k < kernel; k += 2) {
      hn::LoadInterleaved2(d, line + 2 * i + k, even, odd);
      result = reduce.Add(result, even);
      if (k + 1 < kernel) result = reduce.Add(result, odd);
    }
    hn::StoreU(reduce.Finish(d, result), d, out + i);
  });
}

// One window of `count` values that lie one after the other.
template <class Reduce>
HWY_ATTR void Whole(const Reduce& reduce, const float* HWY_RESTRICT x, size_t count,
                    float* HWY_RESTRICT out) {
  const D d;
  V result = hn::Set(d, reduce.kNothing);
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) result = reduce.Add(result, hn::LoadU(d, x + i));
  const V rest =
      hn::IfThenElse(hn::FirstN(d, count - i), hn::LoadU(d, x + i), hn::Set(d, reduce.kNothing));
  result = reduce.Add(result, rest);
  HWY_ALIGN float lanes[kLanes + 1];
  hn::Store(result, d, lanes);
  const hn::CappedTag<float, 1> one;
  auto sum = hn::LoadU(one, lanes);
  for (size_t l = 1; l < kLanes; ++l) sum = reduce.Add(sum, hn::LoadU(one, lanes + l));
  hn::StoreU(reduce.Finish(one, sum), one, out);
}

template <class Reduce>
HWY_ATTR void Plane(const PoolWindows& w, const Reduce& reduce, const float* x, float* line,
                    float* out) {
  const bool rows_join = w.kernel_y == 1 || w.tap_step_y == w.kernel_x;
  if (!kForSize && w.lanes == 1 && w.rows * w.columns == 1 && w.tap_step_x == 1 && rows_join) {
    Whole(reduce, x, w.kernel_y * w.kernel_x, out);
    return;
  }
  for (size_t row = 0; row < w.rows; ++row) {
    Down(reduce, x + row * w.stride_y * w.lanes, w.kernel_y, w.tap_step_y * w.lanes,
         w.Width() * w.lanes, line);
    float* to = out + row * w.out_pitch * w.lanes;
    const size_t step = w.tap_step_x * w.lanes;
    if (w.stride_x == 1) {
      Along(reduce, line, w.kernel_x, step, w.columns * w.lanes, to);
    } else if (w.stride_x == 2 && step == 1) {
      AlongTwo(reduce, line, w.kernel_x, w.columns, to);
    } else {
      for (size_t c = 0; c < w.columns; ++c) {
        const float* first = line + c * w.stride_x * w.lanes;
        Along(reduce, first, w.kernel_x, step, w.lanes, to + c * w.lanes);
      }
    }
  }
}

}  // namespace

HWY_ATTR void PoolPlaneTarget(const PoolWindows& windows, const float* x, float* line, float* out) {
  if (windows.kind == PoolKind::kMaximum) {
    Plane(windows, Maximum(), x, line, out);
  } else {
    Plane(windows, Average{windows.scale}, x, line, out);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(PoolPlaneTarget);

void PoolPlaneSimd(const PoolWindows& windows, const float* x, float* line, float* out) {
  HWY_DYNAMIC_DISPATCH(PoolPlaneTarget)(windows, x, line, out);
}

}  // namespace dc::runtime
#endif
