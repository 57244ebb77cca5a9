#include <cmath>

#include "runtime/kernels/all_finite.h"

namespace dc::runtime {

bool AllFiniteRef(const float* x, size_t count) {
  while (count > 0 && std::isfinite(x[count - 1])) --count;
  return count == 0;
}

}  // namespace dc::runtime
