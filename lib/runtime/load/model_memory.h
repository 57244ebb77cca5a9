// Where a loaded model's large buffers come from: the caller's allocator, or the heap.
#ifndef DC_RUNTIME_LOAD_MODEL_MEMORY_H_
#define DC_RUNTIME_LOAD_MODEL_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <utility>

#include "dc/runtime.h"

namespace dc::runtime {

// One cache line: the alignment of every buffer.
inline constexpr size_t kMemoryAlignment = 64;

// The allocator of one model. Outlives every buffer that came from it; usable from any thread.
//
// Buffers whose failure can be reported come from Allocate. Containers use it as a memory resource
// and cannot be told that there is no memory: what the caller's allocator or the limit refuses them
// comes from the heap, and refused() tells whoever loads the model, who then gives up. Where the
// heap has none either, the attempt (attempt.h) is abandoned.
class ModelMemory : public std::pmr::memory_resource {
 public:
  // Without callbacks: the heap. No more than `limit` bytes at a time; 0: any number.
  explicit ModelMemory(const Allocator& allocator, uint64_t limit = 0)
      : allocator_(allocator), limit_(limit) {}
  ModelMemory(const ModelMemory&) = delete;
  ModelMemory& operator=(const ModelMemory&) = delete;

  // `bytes` at a multiple of kMemoryAlignment, not initialised; null where there are none.
  void* Allocate(size_t bytes);
  // Gives back what Allocate returned for `bytes`; null is ignored.
  void Release(void* memory, size_t bytes);

  // Containers alone, from one thread at a time: what was handed out after Mark returned `mark` is
  // given back, whoever holds it.
  size_t Mark() const { return handed_out_; }
  void ReleaseSince(size_t mark);

  // Whether the caller's allocator or the limit refused memory to a container.
  bool refused() const { return refused_.load(std::memory_order_relaxed); }
  // For who has given back what was refused.
  void ForgetRefusal() { refused_.store(false, std::memory_order_relaxed); }

 private:
  // In front of what a container has.
  struct alignas(kMemoryAlignment) Piece {
    Piece *next, *previous;
    size_t bytes;   // of both
    size_t number;  // pieces handed out before it
    bool from_heap;
  };

  // Never null. Neither is copied into every container's code.
  [[gnu::noinline]] void* do_allocate(size_t bytes, size_t alignment) override;
  [[gnu::noinline]] void do_deallocate(void* memory, size_t bytes, size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

  const Allocator allocator_;
  const uint64_t limit_;
  std::atomic<uint64_t> used_{0};
  std::atomic<bool> refused_{false};
  Piece* newest_ = nullptr;
  size_t handed_out_ = 0;
};

// Cache-line aligned floats. Empty after a failed allocation.
class FloatBlock {
 public:
  FloatBlock() = default;
  // Not initialised. Callers check ok(). `memory` outlives the block.
  FloatBlock(uint64_t floats, ModelMemory* memory);
  FloatBlock(FloatBlock&& other) noexcept { *this = std::move(other); }
  FloatBlock& operator=(FloatBlock&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(floats_, other.floats_);
    return *this;
  }
  ~FloatBlock();

  bool ok() const { return data_ != nullptr; }
  float* data() const { return data_; }
  uint64_t floats() const { return floats_; }

 private:
  ModelMemory* memory_ = nullptr;
  float* data_ = nullptr;
  uint64_t floats_ = 0;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_LOAD_MODEL_MEMORY_H_
