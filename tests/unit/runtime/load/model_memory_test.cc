// The caller's allocator: what comes from it goes back to it, and its refusals are errors.
#include "runtime/load/model_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory_resource>
#include <new>
#include <string>

#include "dc/files.h"
#include "unit/runtime/allocation_counter.h"
#include "unit/runtime/counting_allocator.h"
#include "unit/runtime/run_checks.h"
#include "unit/runtime/small_networks.h"

namespace dc::runtime {
namespace {

bool IsAligned(const void* memory) {
  return reinterpret_cast<uintptr_t>(memory) % kMemoryAlignment == 0;
}

TEST(ModelMemoryTest, ContainersLiveInTheCallersMemory) {
  CountingAllocator counter;
  {
    ModelMemory memory(counter.Get());
    std::pmr::vector<float> vector(100, 1.5f, &memory);
    EXPECT_TRUE(IsAligned(vector.data()));
    EXPECT_GE(counter.total, 400u);
    std::pmr::vector<float> moved = std::move(vector);
    moved.resize(5000, 2.0f);
    EXPECT_EQ(moved[99] + moved[4999], 3.5f);
    EXPECT_GE(counter.total, 5000 * sizeof(float));
    EXPECT_FALSE(memory.refused());
  }
  EXPECT_TRUE(counter.out.empty());
}

TEST(ModelMemoryTest, RefusedContainersLiveOnTheHeap) {
  CountingAllocator counter;
  counter.allowed = 1;
  ModelMemory memory(counter.Get());
  std::pmr::vector<int> first(10, 1, &memory);
  EXPECT_FALSE(memory.refused());
  std::pmr::vector<int> second(10, 2, &memory);
  EXPECT_TRUE(memory.refused());
  EXPECT_TRUE(IsAligned(second.data()));
  EXPECT_EQ(counter.out.size(), 1u);
  std::swap(first, second);
  EXPECT_EQ(first[9] + second[9], 3);
}

TEST(ModelMemoryTest, WithoutCallbacksItIsTheHeap) {
  ModelMemory memory{Allocator()};
  for (size_t bytes : {0, 1, 63, 64, 65, 100'000}) {
    void* block = memory.Allocate(bytes);
    ASSERT_NE(block, nullptr);
    EXPECT_TRUE(IsAligned(block));
    memory.Release(block, bytes);
  }
  EXPECT_EQ(memory.Allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(memory.Allocate(SIZE_MAX / 2), nullptr);
  EXPECT_FALSE(memory.refused());
}

TEST(ModelMemoryTest, SessionsGiveEverythingBack) {
  NetBuilder net = LeNet5();
  const std::vector<uint8_t> file = net.File();
  CountingAllocator counter;
  {
    auto session = Session::Load(file, {.threads = 2, .allocator = counter.Get()});
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    const std::vector<float> input = net.RandomInput(40);
    EXPECT_EQ(RunSession(*session, 40, input), RunSession(LoadOrDie(net), 40, input));
    // At least the inputs of two blocks of 16 samples.
    EXPECT_GT(counter.total, 2 * 16 * 784 * sizeof(float));
  }
  EXPECT_TRUE(counter.out.empty());
}

TEST(ModelMemoryTest, FileBytesComeFromTheAllocatorUnlessMapped) {
  NetBuilder net = LeNet300();
  const std::string path = testing::TempDir() + "model_memory_test.dcz";
  const std::vector<uint8_t> file = net.File();
  ASSERT_TRUE(WriteFileAtomic(path, file).ok());
  CountingAllocator reading, mapping;
  ASSERT_TRUE(Session::LoadFile(path, {.allocator = reading.Get()}).ok());
  ASSERT_TRUE(Session::LoadMapped(path, {.allocator = mapping.Get()}).ok());
  EXPECT_EQ(reading.calls, mapping.calls + 1);
  EXPECT_TRUE(reading.out.empty());

  CountingAllocator none;
  none.allowed = 0;
  const Status status = Session::LoadFile(path, {.allocator = none.Get()}).status();
  EXPECT_EQ(status.code(), StatusCode::kNoMemory);
  EXPECT_THAT(status.ToString(), testing::HasSubstr(std::to_string(file.size()) + " bytes"));
  EXPECT_THAT(status.ToString(), testing::HasSubstr(path));
  std::remove(path.c_str());
}

// Whichever call is refused: an error, nothing lost, and the next attempt works.
TEST(ModelMemoryTest, EveryRefusalIsAnError) {
  NetBuilder net = Branches();
  const std::vector<uint8_t> file = net.File();
  const std::vector<float> input = net.RandomInput(20);
  const std::vector<float> expected = RunSession(LoadOrDie(net), 20, input);
  std::vector<float> output(expected.size());
  size_t allowed = 0;
  for (bool done = false; !done; ++allowed) {
    ASSERT_LT(allowed, 1000u);
    CountingAllocator counter;
    counter.allowed = allowed;
    const auto session = Session::Load(file, {.threads = 2, .allocator = counter.Get()});
    if (session.ok()) {
      const Status status = session->Run(20, input, output);
      done = status.ok();
      if (!done) {
        EXPECT_EQ(status.code(), StatusCode::kNoMemory) << status.ToString();
      }
      counter.allowed = SIZE_MAX;
      EXPECT_EQ(RunSession(*session, 20, input), expected);
    } else {
      EXPECT_EQ(session.status().code(), StatusCode::kNoMemory) << session.status().ToString();
      EXPECT_TRUE(counter.out.empty());
    }
  }
  EXPECT_GT(allowed, 1u);
}

#ifndef __SANITIZE_ADDRESS__
// The heap, too, may have nothing at any time. What a load that was abandoned had is lost, hence
// not with a leak checker.
TEST(ModelMemoryTest, EveryFailureOfTheHeapIsAnError) {
  NetBuilder net = Branches();
  const std::vector<uint8_t> file = net.File();
  const std::vector<float> input = net.RandomInput(20);
  const std::vector<float> expected = RunSession(LoadOrDie(net), 20, input);
  std::vector<float> output(expected.size());
  int failures = 0;
  for (int64_t n = 0;; ++n) {
    ASSERT_LT(n, 20'000);
    const int64_t first = AllocationCount() + n;
    FailAllocation(first);
    const auto session = Session::Load(file, {});
    Status status = session.status();
    if (session.ok()) status = session->Run(20, input, output);
    const bool passed = AllocationCount() <= first;
    FailAllocation(-1);
    if (session.ok()) {
      EXPECT_EQ(RunSession(*session, 20, input), expected) << n;
    }
    if (passed) break;
    ++failures;
    EXPECT_EQ(status.code(), StatusCode::kNoMemory) << n << ": " << status.ToString();
  }
  EXPECT_GT(failures, 100);
}
#endif

TEST(ModelMemoryTest, LimitHoldsForWeightsAndActivations) {
  NetBuilder net = LeNet5();
  const std::vector<uint8_t> file = net.File();
  const std::vector<float> input = net.RandomInput(40);
  const std::vector<float> expected = RunSession(LoadOrDie(net), 40, input);
  std::vector<float> output(expected.size());
  bool loads = false, runs = false;
  for (uint64_t limit = 1 << 10; !runs; limit *= 2) {
    ASSERT_LT(limit, uint64_t{1} << 30);
    CountingAllocator counter;
    const auto session = Session::Load(file, {.allocator = counter.Get(), .memory_limit = limit});
    EXPECT_TRUE(session.ok() || session.status().code() == StatusCode::kNoMemory);
    EXPECT_LE(counter.total, limit);
    EXPECT_TRUE(session.ok() || !loads);
    loads = session.ok();
    if (!loads) continue;
    const Status status = session->Run(40, input, output);
    EXPECT_LE(counter.total, limit);
    runs = status.ok();
    EXPECT_TRUE(runs || status.code() == StatusCode::kNoMemory) << status.ToString();
  }
  EXPECT_EQ(output, expected);
}

// What the library does in an attempt is no business of the host's.
TEST(ModelMemoryTest, TheHostsHandlerStays) {
  NetBuilder net = LeNet300();
  const auto handler = +[] { std::abort(); };
  const std::new_handler before = std::set_new_handler(handler);
  EXPECT_TRUE(Session::Load(net.File(), {}).ok());
  EXPECT_EQ(std::set_new_handler(before), handler);
}

TEST(ModelMemoryTest, HalfAnAllocatorIsAUsageError) {
  NetBuilder net = LeNet300();
  CountingAllocator counter;
  Allocator allocator = counter.Get();
  allocator.release = nullptr;
  const std::vector<uint8_t> file = net.File();
  EXPECT_EQ(Session::Load(file, {.allocator = allocator}).status().code(), StatusCode::kUsage);
  EXPECT_EQ(Session::LoadFile("/nonexistent", {.allocator = allocator}).status().code(),
            StatusCode::kUsage);
  allocator = counter.Get();
  allocator.allocate = nullptr;
  EXPECT_EQ(Session::Load(file, {.allocator = allocator}).status().code(), StatusCode::kUsage);
}

}  // namespace
}  // namespace dc::runtime
