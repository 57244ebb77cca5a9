// Large arrays that are written before they are read.
#ifndef DC_BASE_RAW_VECTOR_H_
#define DC_BASE_RAW_VECTOR_H_

#include <cstddef>
#include <new>
#include <vector>

namespace dc {

// Memory for a while: of large pages where it is large and the system has them on request. Most of
// the time that a fresh array takes is otherwise spent on its pages.
void* AllocateRaw(size_t bytes);
// Gives back what AllocateRaw returned for `bytes`.
void ReleaseRaw(void* memory, size_t bytes);

// Leaves numbers without an initial value uninitialised: zeros would cost another pass over memory.
template <typename T>
struct RawAllocator {
  using value_type = T;

  RawAllocator() = default;
  template <typename U>
  RawAllocator(const RawAllocator<U>&) {}  // NOLINT: allocators convert

  T* allocate(size_t count) { return static_cast<T*>(AllocateRaw(count * sizeof(T))); }
  void deallocate(T* memory, size_t count) { ReleaseRaw(memory, count * sizeof(T)); }
  template <typename U>
  void construct(U* number) {
    ::new (static_cast<void*>(number)) U;
  }
  template <typename U>
  bool operator==(const RawAllocator<U>&) const {
    return true;
  }
};

// resize() makes room without filling it.
template <typename T>
using RawVector = std::vector<T, RawAllocator<T>>;

}  // namespace dc

#endif  // DC_BASE_RAW_VECTOR_H_
