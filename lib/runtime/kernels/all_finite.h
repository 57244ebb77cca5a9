// Whether there is NaN or infinity among numbers.
#ifndef DC_RUNTIME_KERNELS_ALL_FINITE_H_
#define DC_RUNTIME_KERNELS_ALL_FINITE_H_

#include <cstddef>

namespace dc::runtime {

// Whether each of x[0, count) is a number and finite. x is readable kReadSlack floats beyond.
using AllFinite = bool(const float* x, size_t count);

AllFinite AllFiniteRef, AllFiniteSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_ALL_FINITE_H_
