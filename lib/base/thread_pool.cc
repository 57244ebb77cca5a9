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

// The loop that is running. One object serves all loops of a pool: a worker that comes late finds
// the next one and not freed memory, and starting a loop allocates nothing.
class Loop {
 public:
  // Indices are counted in 32 bits.
  static constexpr size_t kMaxCount = 0xFFFFFFFFu;

  // Precondition: no loop is running; 1 <= count <= kMaxCount.
  void Start(const LoopBody& body, size_t count, const Nesting* nesting) {
    body_ = &body;
    count_ = count;
    nesting_ = nesting;
    finished_.store(0, std::memory_order_relaxed);
    const uint64_t number = (tickets_.load(std::memory_order_relaxed) >> 32) + 1;
    tickets_.store(number << 32 | count, std::memory_order_release);
  }

  // Takes indices until none is left; true where the last call to finish was this thread's.
  bool Drain() {
    bool last = false;
    const Nesting* outer = current_nesting;
    uint64_t tickets = tickets_.load(std::memory_order_acquire);
    while ((tickets & kMaxCount) > 0) {
      if (!tickets_.compare_exchange_weak(tickets, tickets - 1, std::memory_order_acquire))
        continue;
      // Whoever holds an index keeps the loop from ending: its members stay as they are.
      const size_t count = count_;
      current_nesting = nesting_;
      (*body_)(count - static_cast<size_t>(tickets & kMaxCount));
      // Before `finished_`: the chain may be gone afterwards.
      current_nesting = outer;
      last = finished_.fetch_add(1, std::memory_order_acq_rel) + 1 == count;
      tickets = tickets_.load(std::memory_order_acquire);
    }
    return last;
  }

  // For the thread that started the loop.
  bool Done() const { return finished_.load(std::memory_order_acquire) == count_; }

 private:
  const LoopBody* body_ = nullptr;
  const Nesting* nesting_ = nullptr;
  size_t count_ = 0;
  // The number of the loop in the upper half, indices not taken yet in the lower: an index is taken
  // from the loop that it was seen in, or not at all.
  std::atomic<uint64_t> tickets_{0};
  std::atomic<size_t> finished_{0};
};

}  // namespace

struct ThreadPool::State {
  std::vector<pthread_t> workers;
  std::mutex callers;  // one loop at a time
  std::mutex mutex;    // guards stop
  std::condition_variable wake, done;
  Loop loop;
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
      {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [&] { return generation.load() != seen; });
        if (stop) return;
        seen = generation.load();
      }
      if (loop.Drain()) {
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

void ThreadPool::ParallelFor(size_t count, const LoopBody& body) {
  State& state = *state_;
  if (state.workers.empty() || count < 2 || count > Loop::kMaxCount || IsInside(&state)) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  std::lock_guard<std::mutex> one_at_a_time(state.callers);
  const Nesting nesting{&state, current_nesting};
  {
    std::lock_guard<std::mutex> lock(state.mutex);
    state.loop.Start(body, count, &nesting);
    state.generation.fetch_add(1, std::memory_order_release);
  }
  state.wake.notify_all();
  state.loop.Drain();
  // The last bodies may still run on workers: spin briefly, then sleep.
  const auto until = Clock::now() + kSpin;
  while (!state.loop.Done() && Clock::now() < until) {
  }
  std::unique_lock<std::mutex> lock(state.mutex);
  state.done.wait(lock, [&] { return state.loop.Done(); });
}

}  // namespace dc
