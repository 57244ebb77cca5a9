// Activation memory: where each buffer of a plan lies, decided from when it is in use.
#ifndef DC_RUNTIME_PLAN_ARENA_H_
#define DC_RUNTIME_PLAN_ARENA_H_

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/load/model_memory.h"

namespace dc::runtime {

// A buffer of `floats` floats that is in use from step `first` to step `last`, both included.
struct ArenaBuffer {
  uint64_t floats = 0;
  uint32_t first = 0, last = 0;
};

struct ArenaLayout {
  std::vector<uint64_t> offsets;  // one per buffer, in floats, multiples of kArenaAlignment
  uint64_t floats = 0;            // of the whole arena
};

inline constexpr uint64_t kArenaAlignment = kMemoryAlignment / sizeof(float);  // 16 floats

// Places the buffers so that no two that are in use at the same step overlap: the largest first,
// each at the lowest offset that is free throughout its life.
ArenaLayout PlanArena(std::span<const ArenaBuffer> buffers);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_PLAN_ARENA_H_
