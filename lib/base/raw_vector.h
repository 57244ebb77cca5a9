// Large arrays that are written before they are read.
#ifndef DC_BASE_RAW_VECTOR_H_
#define DC_BASE_RAW_VECTOR_H_

#include <memory>
#include <vector>

namespace dc {

// Leaves numbers without an initial value uninitialised: zeros would cost another pass over memory.
template <typename T>
struct RawAllocator : std::allocator<T> {
  template <typename U>
  struct rebind {
    using other = RawAllocator<U>;
  };
  template <typename U>
  void construct(U* number) {
    ::new (static_cast<void*>(number)) U;
  }
};

// resize() makes room without filling it.
template <typename T>
using RawVector = std::vector<T, RawAllocator<T>>;

}  // namespace dc

#endif  // DC_BASE_RAW_VECTOR_H_
