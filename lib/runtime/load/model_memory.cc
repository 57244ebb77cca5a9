#include "runtime/load/model_memory.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace dc::runtime {
namespace {

void* HeapAllocate(size_t bytes) {
  if (bytes > PTRDIFF_MAX - kMemoryAlignment) return nullptr;
  // A multiple of the alignment, and not 0.
  const size_t lines = std::max<size_t>((bytes + kMemoryAlignment - 1) / kMemoryAlignment, 1);
  return std::aligned_alloc(kMemoryAlignment, lines * kMemoryAlignment);
}

}  // namespace

void* ModelMemory::Allocate(size_t bytes) {
  if (allocator_.allocate == nullptr) return HeapAllocate(bytes);
  return allocator_.allocate(allocator_.context, std::max<size_t>(bytes, 1), kMemoryAlignment);
}

void ModelMemory::Release(void* memory, size_t bytes) {
  if (memory == nullptr) return;
  if (allocator_.allocate == nullptr) {
    std::free(memory);
  } else {
    allocator_.release(allocator_.context, memory, std::max<size_t>(bytes, 1));
  }
}

void* ModelMemory::do_allocate(size_t bytes, size_t alignment) {
  if (alignment > kMemoryAlignment) std::abort();
  void* memory = Allocate(bytes);
  if (memory != nullptr) return memory;
  memory = HeapAllocate(bytes);
  if (memory == nullptr) std::abort();
  if (allocator_.allocate != nullptr) {
    const std::lock_guard<std::mutex> lock(mutex_);
    from_heap_.push_back(memory);
    refused_.store(true, std::memory_order_relaxed);
  }
  return memory;
}

void ModelMemory::do_deallocate(void* memory, size_t bytes, size_t) {
  if (refused()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto at = std::find(from_heap_.begin(), from_heap_.end(), memory);
    if (at != from_heap_.end()) {
      from_heap_.erase(at);
      std::free(memory);
      return;
    }
  }
  Release(memory, bytes);
}

bool ModelMemory::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  return this == &other;
}

FloatBlock::FloatBlock(uint64_t floats, ModelMemory* memory) : memory_(memory) {
  data_ = static_cast<float*>(memory->Allocate(floats * sizeof(float)));
  if (data_ != nullptr) floats_ = floats;
}

FloatBlock::~FloatBlock() {
  if (data_ != nullptr) memory_->Release(data_, floats_ * sizeof(float));
}

}  // namespace dc::runtime
