#include "runtime/execute/batch_blocks.h"

#include <gtest/gtest.h>

#include <array>

namespace dc::runtime {
namespace {

TEST(BatchBlocksTest, EverySampleIsInExactlyOneBlock) {
  for (size_t largest = 0; largest < kLaneChoices.size(); ++largest) {
    for (int64_t batch = 1; batch < 300; ++batch) {
      const BatchBlocks blocks(batch, largest);
      int64_t next = 0;
      for (int64_t i = 0; i < blocks.count(); ++i) {
        const Block block = blocks[i];
        EXPECT_EQ(block.first, next);
        EXPECT_GE(block.samples, 1);
        EXPECT_LE(block.choice, largest);
        EXPECT_LE(block.samples, static_cast<int64_t>(kLaneChoices[block.choice]));
        next += block.samples;
      }
      EXPECT_EQ(next, batch);
    }
  }
}

// Results must not depend on the number of threads, which decides the size of full blocks: whether
// a sample shares a block with others may depend on its place in the batch only.
TEST(BatchBlocksTest, SamplesAloneAreTheSameForEverySizeOfBlocks) {
  for (int64_t batch = 1; batch < 300; ++batch) {
    std::vector<std::vector<bool>> alone;
    for (size_t largest = 1; largest < kLaneChoices.size(); ++largest) {
      std::vector<bool>& is_alone = alone.emplace_back(static_cast<size_t>(batch));
      const BatchBlocks blocks(batch, largest);
      for (int64_t i = 0; i < blocks.count(); ++i) {
        for (int64_t s = 0; s < blocks[i].samples; ++s) {
          is_alone[static_cast<size_t>(blocks[i].first + s)] = blocks[i].choice == 0;
        }
      }
    }
    EXPECT_EQ(alone[0], alone[1]);
    EXPECT_EQ(alone[0], alone[2]);
  }
}

std::array<PlanMemory, kLaneChoices.size()> MemoryOf(uint64_t floats_a_lane) {
  std::array<PlanMemory, kLaneChoices.size()> memory;
  for (size_t i = 0; i < memory.size(); ++i) {
    memory[i].floats = memory[i].reread = floats_a_lane * kLaneChoices[i];
  }
  return memory;
}

TEST(BatchBlocksTest, LanesGrowWithTheBatchAndShrinkWithThreadsAndMemory) {
  EXPECT_EQ(ChooseLanes(1, 1, MemoryOf(1000)), 0u);
  EXPECT_EQ(ChooseLanes(16, 1, MemoryOf(1000)), 1u);
  EXPECT_EQ(ChooseLanes(64, 1, MemoryOf(1000)), 3u);
  EXPECT_EQ(ChooseLanes(64, 2, MemoryOf(1000)), 2u);
  EXPECT_EQ(ChooseLanes(128, 2, MemoryOf(1000)), 3u);
  EXPECT_EQ(ChooseLanes(1000, 1, MemoryOf(15000)), 1u);
  EXPECT_EQ(ChooseLanes(1000, 1, MemoryOf(uint64_t{1} << 24)), 0u);
  // What is read once need not fit a cache.
  auto streamed = MemoryOf(100'000);
  for (PlanMemory& memory : streamed) memory.reread = 0;
  EXPECT_EQ(ChooseLanes(1000, 1, streamed), 3u);
}

// A session keeps the memory of its largest batch: a smaller one must not want larger blocks.
// 2^28 floats are 1 GiB.
TEST(BatchBlocksTest, BlocksOfAllThreadsFitIntoAGigabyte) {
  EXPECT_EQ(ChooseWorkers(100, 8, 1000), 8u);
  EXPECT_EQ(ChooseWorkers(5, 8, 1000), 5u);
  EXPECT_EQ(ChooseWorkers(100, 8, uint64_t{1} << 26), 4u);
  EXPECT_EQ(ChooseWorkers(100, 8, uint64_t{1} << 29), 1u);
  EXPECT_EQ(ChooseWorkers(100, 8, 0), 8u);
  std::array<PlanMemory, kLaneChoices.size()> memory;
  for (size_t i = 0; i < memory.size(); ++i) memory[i].floats = kLaneChoices[i] << 25;
  EXPECT_EQ(ChooseLanes(100, 1, memory), 0u);
}

TEST(BatchBlocksTest, LanesNeverShrinkWithTheBatch) {
  for (size_t threads : {1, 2, 3, 8}) {
    for (uint64_t size : {100, 3000, 9000, 20000}) {
      size_t choice = 0;
      for (int64_t batch = 1; batch < 1200; ++batch) {
        const size_t now = ChooseLanes(batch, threads, MemoryOf(size));
        EXPECT_GE(now, choice);
        choice = now;
      }
    }
  }
}

}  // namespace
}  // namespace dc::runtime
