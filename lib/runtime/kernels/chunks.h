// Splitting the work of one operator over threads.
#ifndef DC_RUNTIME_KERNELS_CHUNKS_H_
#define DC_RUNTIME_KERNELS_CHUNKS_H_

#include <algorithm>
#include <cstddef>

#include "base/thread_pool.h"

namespace dc::runtime {

// Multiply-adds below which handing work to another thread costs more than it saves.
inline constexpr double kWorkPerChunk = 100'000;

// Calls body(chunk, begin, end) on consecutive parts of [0, count), at most `max_chunks` and no
// more than `work` multiply-adds in total are worth; chunk < max_chunks. One call on this thread
// where `pool` is null. Does not allocate. The parts depend on the machine, so a body must compute
// each index the same way in whatever part it falls.
template <typename Body>
void ForChunks(ThreadPool* pool, size_t max_chunks, size_t count, double work, const Body& body) {
  if constexpr (!kHasThreads) {
    if (count > 0) body(size_t{0}, size_t{0}, count);
    return;
  }
  size_t chunks = std::min({max_chunks, count, static_cast<size_t>(work / kWorkPerChunk) + 1});
  if (pool == nullptr || chunks < 2) {
    if (count > 0) body(size_t{0}, size_t{0}, count);
    return;
  }
  const auto run = [&](size_t chunk) {
    body(chunk, count * chunk / chunks, count * (chunk + 1) / chunks);
  };
  pool->ParallelFor(chunks, run);
}

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_CHUNKS_H_
