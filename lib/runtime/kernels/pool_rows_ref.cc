#include "runtime/kernels/pool_rows.h"

namespace dc::runtime {
namespace {

float Reduce(PoolKind kind, float a, float b) {
  if (kind == PoolKind::kSum) return a + b;
  return a < b ? b : a;
}

}  // namespace

void PoolDownRef(PoolKind kind, const float* x, size_t rows, size_t row_step, size_t width,
                 float* out) {
  for (size_t i = 0; i < width; ++i) {
    float result = x[i];
    for (size_t k = 1; k < rows; ++k) result = Reduce(kind, result, x[k * row_step + i]);
    out[i] = result;
  }
}

void PoolAlongRef(PoolKind kind, const float* row, size_t kernel, size_t stride, size_t count,
                  float* out) {
  for (size_t i = 0; i < count; ++i) {
    float result = row[i * stride];
    for (size_t k = 1; k < kernel; ++k) result = Reduce(kind, result, row[i * stride + k]);
    out[i] = result;
  }
}

}  // namespace dc::runtime
