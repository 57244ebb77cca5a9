// How many samples lie beside each other.
#ifndef DC_RUNTIME_KERNELS_LANES_H_
#define DC_RUNTIME_KERNELS_LANES_H_

#include <cstddef>

#include "runtime/kernels/build.h"

namespace dc::runtime {

// A number that is the constant 1 where a build has no lanes: what is for more is not compiled.
class Lanes {
 public:
  constexpr Lanes(size_t count) : count_(count) {}  // NOLINT(google-explicit-constructor)
  constexpr operator size_t() const {               // NOLINT(google-explicit-constructor)
    return kHasLanes ? count_ : 1;
  }

 private:
  size_t count_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_LANES_H_
