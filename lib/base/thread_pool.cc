#include "base/thread_pool.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace dc {
namespace {

using Clock = std::chrono::steady_clock;

// Long enough to bridge the gap between two layers, short enough not to steal a busy core.
constexpr auto kSpin = std::chrono::microseconds(5);
// More than this helps nowhere and may exhaust the system's threads.
constexpr int kMaxThreads = 256;

int AvailableCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  return 1;
}

// The pools whose loops the current thread is inside of, innermost first. A worker that runs a body
// continues the chain of the loop's owner, who keeps the links alive until the loop ends.
struct Nesting {
  const void* pool;
  const Nesting* outer;
};
thread_local const Nesting* current_nesting = nullptr;

bool IsInside(const void* pool) {
  for (const Nesting* n = current_nesting; n; n = n->outer) {
    if (n->pool == pool) return true;
  }
  return false;
}

// One running loop. Workers hold it by shared_ptr, so a late one never touches freed memory.
struct Loop {
  const std::function<void(size_t)>* body;
  size_t count;
  const Nesting* nesting;
  std::atomic<size_t> next{0};
  std::atomic<size_t> finished{0};

  // Takes indices until none is left; true where the last call to finish was this thread's. The
  // body and the nesting are only used while the owner still waits, since `finished` cannot reach
  // `count` before the call returns.
  bool Drain() {
    bool last = false;
    const Nesting* outer = current_nesting;
    for (;;) {
      const size_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= count) break;
      current_nesting = nesting;
      (*body)(i);
      // Before `finished`: the chain may be gone afterwards.
      current_nesting = outer;
      last = finished.fetch_add(1, std::memory_order_acq_rel) + 1 == count;
    }
    return last;
  }
  bool Done() const { return finished.load(std::memory_order_acquire) == count; }
};

}  // namespace

struct ThreadPool::State {
  std::vector<pthread_t> workers;
  std::mutex callers;  // one loop at a time
  std::mutex mutex;    // guards loop and stop
  std::condition_variable wake, done;
  std::shared_ptr<Loop> loop;
  bool stop = false;
  std::atomic<uint64_t> generation{0};  // counts loops, and the stop

  static void* RunWorker(void* state) {
    static_cast<State*>(state)->Work();
    return nullptr;
  }

  void Work() {
    uint64_t seen = 0;
    for (;;) {
      const auto until = Clock::now() + kSpin;
      while (generation.load(std::memory_order_acquire) == seen && Clock::now() < until) {
      }
      std::shared_ptr<Loop> mine;
      {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [&] { return generation.load() != seen; });
        if (stop) return;
        seen = generation.load();
        mine = loop;
      }
      if (mine && mine->Drain()) {
        // Under the mutex, so that the owner is not between its test and its sleep.
        std::lock_guard<std::mutex> lock(mutex);
        done.notify_one();
      }
    }
  }
};

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()) {
  threads = std::min(threads > 0 ? threads : AvailableCores(), kMaxThreads);
  for (int i = 1; i < threads; ++i) {
    pthread_t worker;
    if (pthread_create(&worker, nullptr, State::RunWorker, state_.get()) != 0) break;
    state_->workers.push_back(worker);
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->stop = true;
    state_->generation.fetch_add(1);
  }
  state_->wake.notify_all();
  for (const pthread_t worker : state_->workers) pthread_join(worker, nullptr);
}

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()) + 1; }

void ThreadPool::ParallelFor(size_t count, const std::function<void(size_t)>& body) {
  if (state_->workers.empty() || count < 2 || IsInside(state_.get())) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  std::lock_guard<std::mutex> one_at_a_time(state_->callers);
  const Nesting nesting{state_.get(), current_nesting};
  auto loop = std::make_shared<Loop>();
  loop->body = &body;
  loop->count = count;
  loop->nesting = &nesting;
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->loop = loop;
    state_->generation.fetch_add(1, std::memory_order_release);
  }
  state_->wake.notify_all();
  loop->Drain();
  // The last bodies may still run on workers: spin briefly, then sleep.
  const auto until = Clock::now() + kSpin;
  while (!loop->Done() && Clock::now() < until) {
  }
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->done.wait(lock, [&] { return loop->Done(); });
  state_->loop.reset();
}

}  // namespace dc
