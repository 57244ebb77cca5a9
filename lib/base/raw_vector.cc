#include "base/raw_vector.h"

#include <utility>

#include "base/raw_memory.h"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

namespace dc {
namespace {

// Of a large page of most systems. Smaller arrays would waste a part of one.
constexpr size_t kLargePage = size_t{2} << 20;

thread_local std::pmr::memory_resource* raw_memory = nullptr;

}  // namespace

std::pmr::memory_resource* SetRawMemory(std::pmr::memory_resource* memory) {
  return std::exchange(raw_memory, memory);
}

void* AllocateRaw(size_t bytes) {
  if (raw_memory != nullptr) return raw_memory->allocate(bytes);
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
  if (raw_memory != nullptr) return raw_memory->deallocate(memory, bytes);
#ifdef MADV_HUGEPAGE
  if (bytes >= kLargePage) return ::operator delete (memory, std::align_val_t{kLargePage});
#endif
  ::operator delete(memory);
}

}  // namespace dc
