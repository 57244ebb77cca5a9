#include "runtime/kernels/pool_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/pool_rows.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/shift_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

struct Maximum {
  HWY_ATTR HWY_INLINE V operator()(V a, V b) const { return hn::Max(a, b); }
};
struct Sum {
  HWY_ATTR HWY_INLINE V operator()(V a, V b) const { return hn::Add(a, b); }
};

template <class Reduce>
HWY_ATTR void Down(const Reduce& reduce, const float* HWY_RESTRICT x, size_t rows, size_t row_step,
                   size_t width, float* HWY_RESTRICT out) {
  const D d;
  for (size_t i = 0; i + kLanes <= width; i += kLanes) {
    V result = hn::LoadU(d, x + i);
    for (size_t k = 1; k < rows; ++k) {
      result = reduce(result, hn::LoadU(d, x + k * row_step + i));
    }
    hn::StoreU(result, d, out + i);
  }
}

// Vectors of outputs with stride 1; returns how many outputs they are.
template <class Reduce>
HWY_ATTR size_t AlongOne(const Reduce& reduce, const float* HWY_RESTRICT row, size_t kernel,
                         size_t count, float* HWY_RESTRICT out) {
  const D d;
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    V result = hn::LoadU(d, row + i);
    for (size_t k = 1; k < kernel; ++k) result = reduce(result, hn::LoadU(d, row + i + k));
    hn::StoreU(result, d, out + i);
  }
  return i;
}

// The same with stride 2: even and odd inputs part.
template <class Reduce>
HWY_ATTR size_t AlongTwo(const Reduce& reduce, const float* HWY_RESTRICT row, size_t kernel,
                         size_t count, float* HWY_RESTRICT out) {
  const D d;
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    V result, odd;
    hn::LoadInterleaved2(d, row + 2 * i, result, odd);
    if (kernel > 1) result = reduce(result, odd);
    for (size_t k = 2; k < kernel; k += 2) {
      V even;
      hn::LoadInterleaved2(d, row + 2 * i + k, even, odd);
      result = reduce(result, even);
      if (k + 1 < kernel) result = reduce(result, odd);
    }
    hn::StoreU(result, d, out + i);
  }
  return i;
}

template <class Reduce>
HWY_ATTR size_t Along(const Reduce& reduce, const float* row, size_t kernel, size_t stride,
                      size_t count, float* out) {
  if (stride == 1) return AlongOne(reduce, row, kernel, count, out);
  if (stride == 2) return AlongTwo(reduce, row, kernel, count, out);
  return 0;
}

}  // namespace

HWY_ATTR void PoolDownTarget(PoolKind kind, const float* x, size_t rows, size_t row_step,
                             size_t width, float* out) {
  if (kind == PoolKind::kMaximum) {
    Down(Maximum(), x, rows, row_step, width, out);
  } else {
    Down(Sum(), x, rows, row_step, width, out);
  }
  const size_t done = width / kLanes * kLanes;
  PoolDownRef(kind, x + done, rows, row_step, width - done, out + done);
}

HWY_ATTR void PoolAlongTarget(PoolKind kind, const float* row, size_t kernel, size_t stride,
                              size_t count, float* out) {
  const size_t done = kind == PoolKind::kMaximum ? Along(Maximum(), row, kernel, stride, count, out)
                                                 : Along(Sum(), row, kernel, stride, count, out);
  PoolAlongRef(kind, row + done * stride, kernel, stride, count - done, out + done);
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(PoolDownTarget);
HWY_EXPORT(PoolAlongTarget);

void PoolDownSimd(PoolKind kind, const float* x, size_t rows, size_t row_step, size_t width,
                  float* out) {
  HWY_DYNAMIC_DISPATCH(PoolDownTarget)(kind, x, rows, row_step, width, out);
}

void PoolAlongSimd(PoolKind kind, const float* row, size_t kernel, size_t stride, size_t count,
                   float* out) {
  HWY_DYNAMIC_DISPATCH(PoolAlongTarget)(kind, row, kernel, stride, count, out);
}

}  // namespace dc::runtime
#endif
