// One session, many threads.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <set>
#include <span>
#include <thread>
#include <vector>

#include "base/thread_pool.h"
#include "runtime/execute/execution_context.h"
#include "unit/runtime/allocation_counter.h"
#include "unit/runtime/counting_allocator.h"
#include "unit/runtime/run_checks.h"
#include "unit/runtime/small_networks.h"

namespace dc::runtime {
namespace {

void InThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back([&body, t] { body(t); });
  for (std::thread& thread : threads) thread.join();
}

TEST(ConcurrentRunTest, EveryCallerGetsItsOwnResult) {
  for (auto make : {LeNet300, LeNet5, Branches}) {
    NetBuilder net = make();
    const std::vector<uint8_t> file = net.File();
    for (int threads : {1, 3}) {
      auto loaded = Session::Load(file, {.threads = threads});
      ASSERT_TRUE(loaded.ok());
      const Session& session = *loaded;
      const std::vector<int64_t> batches = {1, 2, 7, 1, 40, 3};
      std::vector<std::vector<float>> inputs, expected;
      for (int64_t batch : batches) {
        inputs.push_back(net.RandomInput(batch));
        expected.push_back(RunSession(session, batch, inputs.back()));
      }
      std::atomic<int> wrong{0};
      InThreads(6, [&](int t) {
        for (size_t round = 0; round < 12; ++round) {
          const size_t i = (static_cast<size_t>(t) + round) % batches.size();
          if (RunSession(session, batches[i], inputs[i]) != expected[i]) ++wrong;
        }
      });
      EXPECT_EQ(wrong.load(), 0) << threads << " threads";
    }
  }
}

TEST(ConcurrentRunTest, OneModelIsLoadedWhileAnotherRuns) {
  NetBuilder net = LeNet300();
  const std::vector<uint8_t> file = net.File();
  const std::vector<float> input = net.RandomInput(2);
  const std::vector<float> expected = RunSession(LoadOrDie(net), 2, input);
  std::atomic<int> wrong{0};
  InThreads(4, [&](int) {
    for (int round = 0; round < 5; ++round) {
      const auto session = Session::Load(file, {});
      if (!session.ok() || RunSession(*session, 2, input) != expected) ++wrong;
    }
  });
  EXPECT_EQ(wrong.load(), 0);
}

TEST(ConcurrentRunTest, ContextsAreReused) {
  constexpr size_t kCalls = 5;
  ModelMemory memory{Allocator()};
  ContextPool pool(&memory, 2, 3);
  const auto take = [&] {
    // As many calls at once, each with memory of its own.
    std::set<float*> arenas;
    std::vector<ContextPool::Lease> leases;
    for (size_t i = 0; i < kCalls; ++i) {
      auto lease = pool.Take(2, 1000);
      EXPECT_TRUE(lease.ok());
      EXPECT_EQ((*lease)->inputs(1).size(), 3u);
      arenas.insert({(*lease)->arena(0), (*lease)->arena(1)});
      leases.push_back(std::move(*lease));
    }
    EXPECT_EQ(arenas.size(), 2 * kCalls);
    return arenas;
  };
  const std::set<float*> first = take();
  EXPECT_EQ(take(), first);
}

TEST(ConcurrentRunTest, ASmallCallLeavesTheLargeContextToALargeOne) {
  ModelMemory memory{Allocator()};
  ContextPool pool(&memory, 1, 1);
  float *large_arena, *small_arena;
  {
    const auto large = pool.Take(1, 5000), small = pool.Take(1, 10);
    large_arena = (*large)->arena(0);
    small_arena = (*small)->arena(0);
  }
  for (int round = 0; round < 3; ++round) {
    const auto small = pool.Take(1, 10);
    EXPECT_EQ((*small)->arena(0), small_arena);
    const auto large = pool.Take(1, 5000);
    EXPECT_EQ((*large)->arena(0), large_arena);
  }
}

TEST(ConcurrentRunTest, WarmCallsAllocateNothing) {
  constexpr int kCallers = 3;
  constexpr size_t kLargest = 40, kOutputs = 5;
  NetBuilder net = Branches();
  const std::vector<float> input = net.RandomInput(kLargest);
  const size_t inputs = input.size() / kLargest;
  for (int threads : {1, 3}) {
    CountingAllocator counter;
    const auto session =
        Session::Load(net.File(), {.threads = threads, .allocator = counter.Get()});
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    // The first calls wait for each other where they allocate their activations, so that the
    // session has seen as many calls at once as there will be.
    counter.callers.clear();
    counter.rendezvous = kCallers;
    counter.large = 20'000;
    std::atomic<int> wrong{0};
    const auto run = [&](size_t batch, std::span<float> output) {
      const Status status =
          session->Run(static_cast<int64_t>(batch), std::span(input).first(batch * inputs),
                       output.first(batch * kOutputs));
      if (!status.ok()) ++wrong;
    };
    std::barrier warm(kCallers + 1), measured(kCallers + 1), done(kCallers + 1);
    std::vector<std::vector<float>> outputs(kCallers, std::vector<float>(kLargest * kOutputs));
    std::vector<std::thread> callers;
    for (std::vector<float>& output : outputs) {
      callers.emplace_back([&] {
        run(kLargest, output);
        warm.arrive_and_wait();
        measured.arrive_and_wait();
        for (int round = 0; round < 30; ++round) {
          for (size_t batch : {size_t{1}, kLargest, size_t{17}}) run(batch, output);
        }
        done.arrive_and_wait();
      });
    }
    warm.arrive_and_wait();
    const int64_t before = AllocationCount();
    const size_t calls_before = counter.calls;
    measured.arrive_and_wait();
    done.arrive_and_wait();
    EXPECT_EQ(AllocationCount(), before) << threads << " threads";
    EXPECT_EQ(counter.calls, calls_before) << threads << " threads";
    EXPECT_GE(calls_before, static_cast<size_t>(kCallers));
    for (std::thread& caller : callers) caller.join();
    EXPECT_EQ(wrong.load(), 0);
  }
}

TEST(ConcurrentRunTest, LoopsOfThePoolAllocateNothing) {
  ThreadPool pool(3);
  std::vector<size_t> squares(1000);
  const int64_t before = AllocationCount();
  for (int round = 0; round < 20; ++round) {
    pool.ParallelFor(squares.size(), [&, round, more = round * 2, most = round * 3](size_t i) {
      squares[i] = i * i + static_cast<size_t>(round + more + most);
    });
  }
  EXPECT_EQ(AllocationCount(), before);
  EXPECT_EQ(squares[30], 900u + 19 * 6);
}

}  // namespace
}  // namespace dc::runtime
