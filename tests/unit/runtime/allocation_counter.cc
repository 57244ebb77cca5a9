#include "unit/runtime/allocation_counter.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<int64_t> allocations{0};
// The number of the allocation that finds no memory.
std::atomic<int64_t> failing{-1};

void* Allocate(size_t size) {
  if (allocations++ == failing) return nullptr;
  return std::malloc(size ? size : 1);
}
}  // namespace

// Replaces the global operators for the whole test program.
void* operator new(size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void* operator new(size_t size) {
  for (;;) {
    void* const memory = Allocate(size);
    if (memory != nullptr) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) std::abort();
    handler();
  }
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

namespace dc::runtime {

int64_t AllocationCount() { return allocations; }

void FailAllocation(int64_t number) { failing = number; }

}  // namespace dc::runtime
