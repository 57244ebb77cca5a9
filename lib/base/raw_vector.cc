#include "base/raw_vector.h"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

namespace dc {
namespace {

// Of a large page of most systems. Smaller arrays would waste a part of one.
constexpr size_t kLargePage = size_t{2} << 20;

}  // namespace

void* AllocateRaw(size_t bytes) {
#ifdef MADV_HUGEPAGE
  if (bytes >= kLargePage) {
    void* memory = ::operator new (bytes, std::align_val_t{kLargePage});
    madvise(memory, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
    return memory;
  }
#endif
  return ::operator new(bytes);
}

void ReleaseRaw(void* memory, size_t bytes) {
#ifdef MADV_HUGEPAGE
  if (bytes >= kLargePage) return ::operator delete (memory, std::align_val_t{kLargePage});
#endif
  ::operator delete(memory);
}

}  // namespace dc
