// Where a loaded model's large buffers come from: the caller's allocator, or the heap.
#ifndef DC_RUNTIME_LOAD_MODEL_MEMORY_H_
#define DC_RUNTIME_LOAD_MODEL_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <mutex>
#include <utility>
#include <vector>

#include "dc/runtime.h"

namespace dc::runtime {

// One cache line: the alignment of every buffer.
inline constexpr size_t kMemoryAlignment = 64;

// The allocator of one model. Outlives every buffer that came from it; usable from any thread.
//
// Buffers whose failure can be reported come from Allocate. Containers use it as a memory resource
// and cannot be told that there is no memory: what the caller's allocator refuses them comes from
// the heap, and refused() tells whoever loads the model, who then gives up.
class ModelMemory : public std::pmr::memory_resource {
 public:
  // Without callbacks: the heap.
  explicit ModelMemory(const Allocator& allocator) : allocator_(allocator) {}
  ModelMemory(const ModelMemory&) = delete;
  ModelMemory& operator=(const ModelMemory&) = delete;

  // `bytes` at a multiple of kMemoryAlignment, not initialised; null where there are none.
  void* Allocate(size_t bytes);
  // Gives back what Allocate returned for `bytes`; null is ignored.
  void Release(void* memory, size_t bytes);

  // Whether the caller's allocator refused memory to a container.
  bool refused() const { return refused_.load(std::memory_order_relaxed); }
  // For who has given back what was refused.
  void ForgetRefusal() { refused_.store(false, std::memory_order_relaxed); }

 private:
  // Never null: ends the process where the heap has no memory either, as operator new would.
  void* do_allocate(size_t bytes, size_t alignment) override;
  void do_deallocate(void* memory, size_t bytes, size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

  const Allocator allocator_;
  std::atomic<bool> refused_{false};
  std::mutex mutex_;
  std::vector<void*> from_heap_;  // what containers hold although it was refused; under mutex_
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
