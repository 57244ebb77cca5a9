// The one thread pool of the toolchain.
#ifndef DC_BASE_THREAD_POOL_H_
#define DC_BASE_THREAD_POOL_H_

#include <cstddef>
#include <memory>
#include <type_traits>

namespace dc {

// Whether this build has threads besides the caller's; where it has not, code for more is not in
// it.
#ifdef DC_ONE_THREAD
inline constexpr bool kHasThreads = false;
#else
inline constexpr bool kHasThreads = true;
#endif

// A loop body that its caller keeps alive: two pointers, nothing to allocate. Made from anything
// that can be called with an index.
class LoopBody {
 public:
  template <typename F, typename = std::enable_if_t<!std::is_same_v<F, LoopBody>>>
  LoopBody(const F& f)  // NOLINT: implicit by design
      : object_(&f),
        call_([](const void* object, size_t i) { (*static_cast<const F*>(object))(i); }) {}

  void operator()(size_t i) const { call_(object_, i); }

 private:
  const void* object_;
  void (*call_)(const void* object, size_t i);
};

// Runs loops on `threads` threads, the caller's among them. Workers spin for a few microseconds
// after a loop, then sleep. Work is handed out index by index and the caller takes what nobody else
// has begun, so a loop goes on when every worker is starved of its core.
class ThreadPool {
 public:
  // `threads` <= 0 means one per core that this process may use. At most 256, and fewer where the
  // system refuses to start more: threads() tells.
  explicit ThreadPool(int threads);
  // No loop may be running.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Threads that run a loop, the caller's among them; at least 1.
  int threads() const;

  // Calls body(i) for every i in [0, count), in any order and on any thread, and returns when all
  // calls have returned. `body` must not throw. Loops of several callers run one after another; a
  // loop started from inside a body of the same pool, also by way of another pool, runs on the
  // calling thread alone. Two pools may use each other, but only in one direction at a time. Does
  // not allocate.
  void ParallelFor(size_t count, const LoopBody& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dc

#endif  // DC_BASE_THREAD_POOL_H_
