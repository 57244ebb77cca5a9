// Activation memory: where each buffer of a plan lies, decided from when it is in use.
#ifndef DC_RUNTIME_PLAN_ARENA_H_
#define DC_RUNTIME_PLAN_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "runtime/load/model_memory.h"

namespace dc::runtime {

// A buffer of `floats` floats that is in use from step `first` to step `last`, both included.
struct ArenaBuffer {
  uint64_t floats = 0;
  uint32_t first = 0, last = 0;
};

struct ArenaLayout {
  std::vector<uint64_t> offsets;  // one a buffer, in floats, multiples of kArenaAlignment
  uint64_t floats = 0;            // of the whole arena
};

inline constexpr uint64_t kArenaAlignment = kMemoryAlignment / sizeof(float);  // 16 floats

// Places the buffers so that no two that are in use at the same step overlap: the largest first,
// each at the lowest offset that is free throughout its life.
ArenaLayout PlanArena(std::span<const ArenaBuffer> buffers);

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

#endif  // DC_RUNTIME_PLAN_ARENA_H_
