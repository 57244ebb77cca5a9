#include "train/kernels/quantize_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/quantize_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dc::train {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// The first `lanes` numbers at `from`, then zeros.
HWY_ATTR HWY_INLINE V Load(const float* HWY_RESTRICT from, size_t lanes) {
  const D d;
  if (HWY_LIKELY(lanes == hn::Lanes(d))) return hn::LoadU(d, from);
  HWY_ALIGN float whole[hn::MaxLanes(d)] = {};
  for (size_t i = 0; i < lanes; ++i) whole[i] = from[i];
  return hn::Load(d, whole);
}

// to[i] = f(of vectors at i), `count` numbers.
template <typename Function>
HWY_ATTR HWY_INLINE void Map(int64_t count, float* HWY_RESTRICT to, const Function& f) {
  const D d;
  const auto size = static_cast<size_t>(count), lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= size; i += lanes) hn::StoreU(f(i, lanes), d, to + i);
  if (i == size) return;
  HWY_ALIGN float whole[hn::MaxLanes(d)];
  hn::Store(f(i, size - i), d, whole);
  for (size_t lane = 0; i + lane < size; ++lane) to[i + lane] = whole[lane];
}

// op::UniformGrid for vectors.
class Grid {
 public:
  HWY_ATTR Grid(const op::UniformGrid& grid, float scale)
      : rounding_(grid.rounding),
        low_(hn::Set(D(), grid.low)),
        high_(hn::Set(D(), grid.high)),
        offset_(hn::Set(D(), grid.offset)),
        scale_(hn::Set(D(), scale)) {}

  HWY_ATTR HWY_INLINE V Place(V x) const { return hn::Add(hn::Div(x, scale_), offset_); }
  // NaN stays NaN.
  HWY_ATTR HWY_INLINE V Inside(V place) const {
    const V most = hn::IfThenElse(hn::Lt(place, low_), low_, place);
    return hn::IfThenElse(hn::Gt(most, high_), high_, most);
  }
  HWY_ATTR HWY_INLINE V Value(V number) const { return hn::Mul(hn::Sub(number, offset_), scale_); }
  HWY_ATTR HWY_INLINE V Round(V place) const {
    const V half = hn::Set(D(), 0.5f);
    switch (rounding_) {
      case op::Rounding::kHalfUp:
        return hn::CopySign(hn::Floor(hn::Add(hn::Abs(place), half)), place);
      case op::Rounding::kHalfDown:
        return hn::CopySign(hn::Ceil(hn::Sub(hn::Abs(place), half)), place);
      case op::Rounding::kToFloor:
        return hn::Floor(place);
      case op::Rounding::kToCeil:
        return hn::Ceil(place);
      case op::Rounding::kUp:
        return hn::CopySign(hn::Ceil(hn::Abs(place)), place);
      case op::Rounding::kDown:
        return hn::Trunc(place);
      case op::Rounding::kHalfEven:
        break;
    }
    const V shift = hn::Set(D(), 0x1.8p23f);
    return hn::Sub(hn::Add(place, shift), shift);
  }
  HWY_ATTR HWY_INLINE hn::Mask<D> Holds(V place) const {
    return hn::And(hn::Ge(place, low_), hn::Le(place, high_));
  }
  // The derivative of the value by the scale.
  HWY_ATTR HWY_INLINE V Slope(V place) const {
    const V below = hn::Sub(low_, offset_), above = hn::Sub(high_, offset_);
    const V inside = hn::Sub(Round(place), place);
    const V most = hn::IfThenElse(hn::Le(place, low_), below, inside);
    return hn::IfThenElse(hn::Ge(place, high_), above, most);
  }

 private:
  const op::Rounding rounding_;
  const V low_, high_, offset_, scale_;
};

HWY_ATTR void ToGrid(const op::UniformGrid& uniform, float scale, const float* x, int64_t count,
                     float* y) {
  const Grid grid(uniform, scale);
  Map(count, y, [&](size_t i, size_t lanes) HWY_ATTR {
    return grid.Value(grid.Round(grid.Inside(grid.Place(Load(x + i, lanes)))));
  });
}

HWY_ATTR void ToSigns(float scale, const float* x, int64_t count, float* y) {
  const D d;
  const V positive = hn::Set(d, scale), negative = hn::Set(d, -scale);
  Map(count, y, [&](size_t i, size_t lanes) HWY_ATTR {
    const V value = Load(x + i, lanes);
    const V sign = hn::IfThenElse(hn::Ge(value, hn::Zero(d)), positive, negative);
    return hn::IfThenElse(hn::IsNaN(value), value, sign);
  });
}

HWY_ATTR void InsideGrid(const op::UniformGrid& uniform, float scale, const float* x,
                         const float* dy, int64_t count, float* dx) {
  const Grid grid(uniform, scale);
  Map(count, dx, [&](size_t i, size_t lanes) HWY_ATTR {
    return hn::IfThenElseZero(grid.Holds(grid.Place(Load(x + i, lanes))), Load(dy + i, lanes));
  });
}

HWY_ATTR void Between(float low, float high, const float* x, const float* dy, int64_t count,
                      float* dx) {
  const V lo = hn::Set(D(), low), hi = hn::Set(D(), high);
  Map(count, dx, [&](size_t i, size_t lanes) HWY_ATTR {
    const V value = Load(x + i, lanes);
    return hn::IfThenElseZero(hn::And(hn::Gt(value, lo), hn::Lt(value, hi)), Load(dy + i, lanes));
  });
}

HWY_ATTR float ScaleSlopes(const op::UniformGrid& uniform, float scale, const float* x,
                           const float* dy, int64_t count) {
  const D d;
  const Grid grid(uniform, scale);
  const auto size = static_cast<size_t>(count), lanes = hn::Lanes(d);
  V sum = hn::Zero(d);
  for (size_t i = 0; i < size; i += lanes) {
    const size_t here = HWY_MIN(lanes, size - i);
    sum = hn::MulAdd(Load(dy + i, here), grid.Slope(grid.Place(Load(x + i, here))), sum);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dc::train
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::train {

HWY_EXPORT(ToGrid);
HWY_EXPORT(ToSigns);
HWY_EXPORT(InsideGrid);
HWY_EXPORT(Between);
HWY_EXPORT(ScaleSlopes);

void QuantizeToGrid(const op::UniformGrid& grid, float scale, const float* x, int64_t count,
                    float* y) {
  HWY_DYNAMIC_DISPATCH(ToGrid)(grid, scale, x, count, y);
}

void QuantizeToSigns(float scale, const float* x, int64_t count, float* y) {
  HWY_DYNAMIC_DISPATCH(ToSigns)(scale, x, count, y);
}

void PassInsideGrid(const op::UniformGrid& grid, float scale, const float* x, const float* dy,
                    int64_t count, float* dx) {
  HWY_DYNAMIC_DISPATCH(InsideGrid)(grid, scale, x, dy, count, dx);
}

void PassBetween(float low, float high, const float* x, const float* dy, int64_t count, float* dx) {
  HWY_DYNAMIC_DISPATCH(Between)(low, high, x, dy, count, dx);
}

float SumOfScaleSlopes(const op::UniformGrid& grid, float scale, const float* x, const float* dy,
                       int64_t count) {
  return HWY_DYNAMIC_DISPATCH(ScaleSlopes)(grid, scale, x, dy, count);
}

}  // namespace dc::train
#endif  // HWY_ONCE
