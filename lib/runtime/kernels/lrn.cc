#include "runtime/kernels/lrn.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/lrn.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/not_a_number-inl.h"
#include "runtime/kernels/shift_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

// 1 / sqrt(s) for positive finite s: the machine's approximation, which has 8 bits or more, and two
// steps of Newton's method.
HWY_ATTR HWY_INLINE V ReciprocalRoot(V s) {
  const D d;
  const V half = hn::Mul(s, hn::Set(d, 0.5f)), three_halves = hn::Set(d, 1.5f);
  V root = hn::ApproximateReciprocalSqrt(s);
  root = hn::Mul(root, hn::NegMulAdd(hn::Mul(half, root), root, three_halves));
  return hn::Mul(root, hn::NegMulAdd(hn::Mul(half, root), root, three_halves));
}

// kLanes outputs of a channel: x points to its own values, neighbours being a plane apart.
HWY_ATTR HWY_INLINE void Outputs(const LrnShape& shape, size_t before, size_t after,
                                 const float* HWY_RESTRICT x, float* HWY_RESTRICT y) {
  const D d;
  V sum = hn::Zero(d);
  const float* neighbour = x - before * shape.plane;
  for (size_t n = 0; n < before + 1 + after; ++n, neighbour += shape.plane) {
    const V value = hn::LoadU(d, neighbour);
    sum = hn::MulAdd(value, value, sum);
  }
  const V scaled = hn::MulAdd(hn::Set(d, shape.factor), sum, hn::Set(d, shape.bias));
  // Beyond this the result is 0 for any x that is a float, and squares could overflow.
  const V s = AtMost(hn::Set(d, 1e30f), scaled);
  // s^-0.75 = r^1.5 = r^2 / sqrt(r) with r = s^-0.5.
  const V r = ReciprocalRoot(s);
  const V power = hn::Mul(hn::Mul(r, r), ReciprocalRoot(r));
  // An x that is infinite makes 0 of its neighbours and NaN of itself.
  const auto is_infinite = hn::Eq(scaled, hn::Inf(d));
  hn::StoreU(hn::Mul(hn::LoadU(d, x), hn::IfThenZeroElse(is_infinite, power)), d, y);
}

}  // namespace

// For beta = 0.75, a bias that is no tiny number and a factor that is not negative.
HWY_ATTR void LrnTarget(const LrnShape& shape, size_t first, size_t last, const float* x,
                        float* y) {
  if (shape.plane < kLanes) return LrnRef(shape, first, last, x, y);
  for (size_t c = first; c < last; ++c) {
    const size_t before = HWY_MIN(c, shape.before);
    const size_t after = HWY_MIN(shape.after, shape.channels - 1 - c);
    const size_t at = c * shape.plane;
    for (size_t i = 0; i + kLanes <= shape.plane; i += kLanes) {
      Outputs(shape, before, after, x + at + i, y + at + i);
    }
    // The last vector overlaps the one before it.
    const size_t rest = at + shape.plane - kLanes;
    if (shape.plane % kLanes != 0) Outputs(shape, before, after, x + rest, y + rest);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(LrnTarget);

void LrnSimd(const LrnShape& shape, size_t first, size_t last, const float* x, float* y) {
  const bool usual = shape.beta == 0.75f && shape.bias > 1e-30f && shape.factor >= 0;
  if (!usual) return LrnRef(shape, first, last, x, y);
  HWY_DYNAMIC_DISPATCH(LrnTarget)(shape, first, last, x, y);
}

}  // namespace dc::runtime
#endif
