#include "base/raw_vector.h"

#include <cstdlib>

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
    const size_t whole = bytes / kLargePage * kLargePage;
    void* memory = std::aligned_alloc(kLargePage, whole + (bytes > whole ? kLargePage : 0));
    if (memory == nullptr) std::abort();  // as operator new would without exceptions
    madvise(memory, whole, MADV_HUGEPAGE);
    return memory;
  }
#endif
  return ::operator new(bytes);
}

void ReleaseRaw(void* memory, size_t bytes) {
#ifdef MADV_HUGEPAGE
  if (bytes >= kLargePage) return std::free(memory);
#endif
  ::operator delete(memory);
}

}  // namespace dc
