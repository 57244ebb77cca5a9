// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3).
#ifndef DC_RUNTIME_KERNELS_LRN_H_
#define DC_RUNTIME_KERNELS_LRN_H_

#include <cstddef>

namespace dc::runtime {

// x and y hold `channels` planes of `plane` floats each.
struct LrnShape {
  size_t channels = 0, plane = 0;
  size_t before = 0, after = 0;  // neighbouring channels on either side
  float factor = 0;              // alpha / (before + 1 + after)
  float beta = 0.75f, bias = 1;
};

// Channels [first, last) of y[c] = x[c] / (bias + factor * sum of x[n]^2)^beta, n from c - before
// to c + after where there are such channels.
using Lrn = void(const LrnShape& shape, size_t first, size_t last, const float* x, float* y);

Lrn LrnRef;
Lrn LrnSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_LRN_H_
