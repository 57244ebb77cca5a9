#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace dc {
namespace {

// Runs a loop and checks that every index came exactly once.
void ExpectEachOnce(ThreadPool* pool, size_t count) {
  std::vector<std::atomic<int>> calls(count);
  pool->ParallelFor(count, [&](size_t i) { ++calls.at(i); });
  for (size_t i = 0; i < count; ++i) ASSERT_EQ(calls[i].load(), 1) << i << " of " << count;
}

class ThreadPoolSizes : public ::testing::TestWithParam<int> {};

TEST_P(ThreadPoolSizes, EveryIndexOnce) {
  ThreadPool pool(GetParam());
  for (size_t count : {0, 1, 2, 3, 7, 64, 1000, 20'000}) ExpectEachOnce(&pool, count);
}

TEST_P(ThreadPoolSizes, ManyLoopsInARow) {
  ThreadPool pool(GetParam());
  for (int round = 0; round < 3000; ++round) ExpectEachOnce(&pool, round % 9);
}

TEST_P(ThreadPoolSizes, ResultsAreVisibleAfterTheLoop) {
  ThreadPool pool(GetParam());
  std::vector<size_t> squares(5000);
  for (int round = 0; round < 50; ++round) {
    pool.ParallelFor(squares.size(), [&](size_t i) { squares[i] = i * i + round; });
    for (size_t i = 0; i < squares.size(); ++i) ASSERT_EQ(squares[i], i * i + round);
  }
}

TEST_P(ThreadPoolSizes, NestedLoopsRunOnTheirCaller) {
  ThreadPool pool(GetParam());
  std::atomic<int> inner{0};
  std::atomic<bool> moved{false};
  pool.ParallelFor(20, [&](size_t) {
    const auto self = std::this_thread::get_id();
    pool.ParallelFor(30, [&](size_t) {
      ++inner;
      if (std::this_thread::get_id() != self) moved = true;
    });
  });
  EXPECT_EQ(inner.load(), 600);
  EXPECT_FALSE(moved.load());
}

TEST_P(ThreadPoolSizes, NestedByWayOfAnotherPool) {
  ThreadPool outer(GetParam()), between(GetParam());
  std::atomic<int> calls{0};
  outer.ParallelFor(6, [&](size_t) {
    between.ParallelFor(5, [&](size_t) { outer.ParallelFor(4, [&](size_t) { ++calls; }); });
  });
  EXPECT_EQ(calls.load(), 120);
  ExpectEachOnce(&outer, 100);  // both still work in parallel and alone
  ExpectEachOnce(&between, 100);
}

TEST_P(ThreadPoolSizes, ManyCallers) {
  ThreadPool pool(GetParam());
  constexpr int kCallers = 6, kRounds = 200;
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  callers.reserve(kCallers);
  for (int c = 0; c < kCallers; ++c) {
    callers.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        std::vector<std::atomic<int>> calls(17);
        pool.ParallelFor(calls.size(), [&](size_t i) { ++calls[i]; });
        for (auto& n : calls) wrong += n.load() != 1;
      }
    });
  }
  for (std::thread& t : callers) t.join();
  EXPECT_EQ(wrong.load(), 0);
}

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolSizes, ::testing::Values(1, 2, 3, 16));

TEST(ThreadPool, CountsItsThreads) {
  EXPECT_EQ(ThreadPool(1).threads(), 1);
  EXPECT_EQ(ThreadPool(5).threads(), 5);
  cpu_set_t set;
  ASSERT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
  EXPECT_EQ(ThreadPool(0).threads(), CPU_COUNT(&set));
  EXPECT_EQ(ThreadPool(-3).threads(), CPU_COUNT(&set));
  EXPECT_LE(ThreadPool(1'000'000).threads(), 256);
}

// Bodies wait for each other: this ends only if two of them run at the same time.
TEST(ThreadPool, TwoThreadsRunTwoBodiesAtOnce) {
  ThreadPool pool(2);
  std::mutex mutex;
  std::condition_variable both;
  int inside = 0;
  bool met = true;
  pool.ParallelFor(2, [&](size_t) {
    std::unique_lock<std::mutex> lock(mutex);
    ++inside;
    both.notify_all();
    met = both.wait_for(lock, std::chrono::seconds(60), [&] { return inside == 2; }) && met;
  });
  EXPECT_TRUE(met);
}

// The caller finishes its share first and must sleep until a slow worker is done.
TEST(ThreadPool, WaitsForASlowWorker) {
  ThreadPool pool(2);
  for (int round = 0; round < 5; ++round) {
    const auto caller = std::this_thread::get_id();
    std::atomic<bool> worker_began{false};
    std::atomic<int> finished{0};
    pool.ParallelFor(2, [&](size_t) {
      if (std::this_thread::get_id() == caller) {
        while (!worker_began) std::this_thread::yield();
      } else {
        worker_began = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      ++finished;
    });
    EXPECT_EQ(finished.load(), 2);
  }
}

// 32 threads on one core: slow, perhaps, but no step needs two of them to run at once.
TEST(ThreadPool, OversubscribedOnOneCore) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &before)) {
      CPU_SET(cpu, &one);
      break;
    }
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);  // inherited by the workers
  {
    ThreadPool pool(32);
    for (int round = 0; round < 200; ++round) ExpectEachOnce(&pool, 40);
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
}

TEST(ThreadPool, ManyPoolsComeAndGo) {
  for (int round = 0; round < 100; ++round) {
    ThreadPool pool(4);
    if (round % 2) ExpectEachOnce(&pool, 10);
  }
}

}  // namespace
}  // namespace dc
