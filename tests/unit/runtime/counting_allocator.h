// An allocator as a user of the library would write it, which knows what it handed out.
#ifndef DC_TESTS_UNIT_RUNTIME_COUNTING_ALLOCATOR_H_
#define DC_TESTS_UNIT_RUNTIME_COUNTING_ALLOCATOR_H_

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "dc/runtime.h"

namespace dc::runtime {

// Hands out heap memory, knows what is out, and refuses every call after `allowed` ones.
struct CountingAllocator {
  std::mutex mutex;
  std::condition_variable more_callers;
  std::map<void*, size_t> out;
  std::set<std::thread::id> callers;
  size_t total = 0, calls = 0, allowed = SIZE_MAX;
  // Calls for at least `large` bytes wait, for a minute at most, until as many threads have made
  // one.
  size_t rendezvous = 0, large = 0;

  Allocator Get() { return {Allocate, Release, this}; }

 private:
  static void* Allocate(void* context, size_t bytes, size_t alignment) {
    auto* self = static_cast<CountingAllocator*>(context);
    std::unique_lock<std::mutex> lock(self->mutex);
    if (bytes >= self->large) {
      self->callers.insert(std::this_thread::get_id());
      self->more_callers.notify_all();
      EXPECT_TRUE(self->more_callers.wait_for(
          lock, std::chrono::minutes(1), [&] { return self->callers.size() >= self->rendezvous; }));
    }
    EXPECT_GT(bytes, 0u);
    if (self->calls++ >= self->allowed) return nullptr;
    void* memory = nullptr;
    EXPECT_EQ(posix_memalign(&memory, alignment, bytes), 0);
    self->out[memory] = bytes;
    self->total += bytes;
    return memory;
  }

  static void Release(void* context, void* memory, size_t bytes) {
    auto* self = static_cast<CountingAllocator*>(context);
    const std::lock_guard<std::mutex> lock(self->mutex);
    ASSERT_EQ(self->out.count(memory), 1u);
    EXPECT_EQ(self->out.at(memory), bytes);
    self->out.erase(memory);
    self->total -= bytes;
    std::free(memory);
  }
};

}  // namespace dc::runtime

#endif  // DC_TESTS_UNIT_RUNTIME_COUNTING_ALLOCATOR_H_
