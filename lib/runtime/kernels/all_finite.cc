#include "runtime/kernels/all_finite.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/all_finite.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/shift_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

HWY_ATTR bool AllFiniteTarget(const float* HWY_RESTRICT x, size_t count) {
  const D d;
  const hn::RebindToUnsigned<D> bits;
  // All ones in the exponent: the sign bit is free for the carry of one more.
  const auto magnitude = hn::Set(bits, 0x7FFFFFFFu), one = hn::Set(bits, 0x00800000u);
  const auto carry = [&](V v) HWY_ATTR {
    return hn::Add(hn::And(hn::BitCast(bits, v), magnitude), one);
  };
  auto first = hn::Zero(bits), second = first;
  size_t i = 0;
  for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
    first = hn::Or(first, carry(hn::LoadU(d, x + i)));
    second = hn::Or(second, carry(hn::LoadU(d, x + i + kLanes)));
  }
  for (; i < count; i += kLanes) {
    const V v = hn::LoadU(d, x + i);
    first = hn::Or(first, carry(hn::IfThenElseZero(hn::FirstN(d, count - i), v)));
  }
  const hn::RebindToSigned<D> sign;
  return hn::AllFalse(sign, hn::Lt(hn::BitCast(sign, hn::Or(first, second)), hn::Zero(sign)));
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(AllFiniteTarget);

bool AllFiniteSimd(const float* x, size_t count) {
  return HWY_DYNAMIC_DISPATCH(AllFiniteTarget)(x, count);
}

}  // namespace dc::runtime
#endif
