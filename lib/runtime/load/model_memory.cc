#include "runtime/load/model_memory.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "runtime/load/attempt.h"

namespace dc::runtime {
namespace {

// Of a large page where there are some: most of the time that a fresh array takes is otherwise
// spent on its pages. Smaller arrays would waste a part of one.
#ifdef MADV_HUGEPAGE
constexpr size_t kLargePage = size_t{2} << 20;
#else
constexpr size_t kLargePage = PTRDIFF_MAX;
#endif

void* HeapAllocate(size_t bytes) {
  if (bytes > PTRDIFF_MAX / 2) return nullptr;
  const size_t alignment = bytes >= kLargePage ? kLargePage : kMemoryAlignment;
  void* memory = nullptr;
  // Unlike std::aligned_alloc it takes sizes that are no multiple of the alignment.
  if (posix_memalign(&memory, alignment, std::max<size_t>(bytes, 1)) != 0) return nullptr;
#ifdef MADV_HUGEPAGE
  if (alignment == kLargePage) {
    madvise(memory, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
  }
#endif
  return memory;
}

}  // namespace

void* ModelMemory::Allocate(size_t bytes) {
  bytes = std::max<size_t>(bytes, 1);
  const uint64_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
  void* memory = nullptr;
  if (limit_ == 0 || (before <= limit_ && bytes <= limit_ - before)) {
    memory = allocator_.allocate == nullptr
                 ? HeapAllocate(bytes)
                 : allocator_.allocate(allocator_.context, bytes, kMemoryAlignment);
  }
  if (memory == nullptr) used_.fetch_sub(bytes, std::memory_order_relaxed);
  return memory;
}

void ModelMemory::Release(void* memory, size_t bytes) {
  if (memory == nullptr) return;
  bytes = std::max<size_t>(bytes, 1);
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  if (allocator_.allocate == nullptr) {
    std::free(memory);
  } else {
    allocator_.release(allocator_.context, memory, bytes);
  }
}

void* ModelMemory::do_allocate(size_t bytes, size_t alignment) {
  if (alignment > kMemoryAlignment || bytes > PTRDIFF_MAX) AbandonAttempt();
  bytes += sizeof(Piece);
  void* memory = Allocate(bytes);
  const bool from_heap = memory == nullptr;
  if (from_heap) {
    if (allocator_.allocate != nullptr || limit_ != 0) {
      refused_.store(true, std::memory_order_relaxed);
      memory = HeapAllocate(bytes);
    }
    if (memory == nullptr) AbandonAttempt();
  }
  Piece* const piece = new (memory) Piece{newest_, nullptr, bytes, handed_out_++, from_heap};
  if (newest_ != nullptr) newest_->previous = piece;
  newest_ = piece;
  return piece + 1;
}

void ModelMemory::do_deallocate(void* memory, size_t, size_t) {
  Piece* const piece = static_cast<Piece*>(memory) - 1;
  if (piece->next != nullptr) piece->next->previous = piece->previous;
  (piece->previous != nullptr ? piece->previous->next : newest_) = piece->next;
  if (piece->from_heap) {
    std::free(piece);
  } else {
    Release(piece, piece->bytes);
  }
}

void ModelMemory::ReleaseSince(size_t mark) {
  while (newest_ != nullptr && newest_->number >= mark) do_deallocate(newest_ + 1, 0, 0);
}

bool ModelMemory::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  return this == &other;
}

FloatBlock::FloatBlock(uint64_t floats, ModelMemory* memory) : memory_(memory) {
  if (floats > PTRDIFF_MAX / sizeof(float)) return;
  data_ = static_cast<float*>(memory->Allocate(floats * sizeof(float)));
  if (data_ != nullptr) floats_ = floats;
}

FloatBlock::~FloatBlock() {
  if (data_ != nullptr) memory_->Release(data_, floats_ * sizeof(float));
}

}  // namespace dc::runtime
