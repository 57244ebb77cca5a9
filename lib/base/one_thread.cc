// The thread pool of a build without threads, in the place of thread_pool.cc.
#include "base/thread_pool.h"

namespace dc {

struct ThreadPool::State {};

ThreadPool::ThreadPool(int) {}

ThreadPool::~ThreadPool() = default;

int ThreadPool::threads() const { return 1; }

void ThreadPool::ParallelFor(size_t count, const LoopBody& body) {
  for (size_t i = 0; i < count; ++i) body(i);
}

}  // namespace dc
