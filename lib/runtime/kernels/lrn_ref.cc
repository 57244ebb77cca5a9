#include <algorithm>
#include <cmath>

#include "runtime/kernels/lrn.h"

namespace dc::runtime {

void LrnRef(const LrnShape& shape, size_t first, size_t last, const float* x, float* y) {
  for (size_t c = first; c < last; ++c) {
    const size_t begin = c - std::min(c, shape.before);
    const size_t end = c + 1 + std::min(shape.after, shape.channels - 1 - c);
    for (size_t i = c * shape.plane; i < (c + 1) * shape.plane; ++i) {
      float sum = 0;
      for (size_t n = begin; n < end; ++n) {
        const float neighbour = x[n * shape.plane + i % shape.plane];
        sum += neighbour * neighbour;
      }
      y[i] = x[i] * std::pow(shape.bias + shape.factor * sum, -shape.beta);
    }
  }
}

}  // namespace dc::runtime
