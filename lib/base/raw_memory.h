// Where the large arrays of a thread come from.
#ifndef DC_BASE_RAW_MEMORY_H_
#define DC_BASE_RAW_MEMORY_H_

#include <memory_resource>

namespace dc {

// From now on this thread's AllocateRaw takes from `memory`, and ReleaseRaw gives back to it; null:
// the heap. Returns what it was before. No array may live across the change.
std::pmr::memory_resource* SetRawMemory(std::pmr::memory_resource* memory);

}  // namespace dc

#endif  // DC_BASE_RAW_MEMORY_H_
