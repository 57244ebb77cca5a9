#include "runtime/plan/arena.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace dc::runtime {
namespace {

void ExpectNoOverlap(const std::vector<ArenaBuffer>& buffers, const ArenaLayout& layout) {
  ASSERT_EQ(layout.offsets.size(), buffers.size());
  for (size_t i = 0; i < buffers.size(); ++i) {
    EXPECT_EQ(layout.offsets[i] % kArenaAlignment, 0u);
    EXPECT_LE(layout.offsets[i] + buffers[i].floats, layout.floats);
    for (size_t j = 0; j < i; ++j) {
      const bool together =
          buffers[i].first <= buffers[j].last && buffers[j].first <= buffers[i].last;
      const bool apart = layout.offsets[i] + buffers[i].floats <= layout.offsets[j] ||
                         layout.offsets[j] + buffers[j].floats <= layout.offsets[i];
      EXPECT_TRUE(!together || apart) << i << " and " << j;
    }
  }
}

TEST(ArenaTest, BuffersInUseTogetherNeverOverlap) {
  Rng rng(11);
  for (int round = 0; round < 300; ++round) {
    std::vector<ArenaBuffer> buffers(1 + rng.Below(40));
    for (ArenaBuffer& buffer : buffers) {
      buffer.floats = rng.Below(5) == 0 ? rng.Below(10) : rng.Below(2000);
      buffer.first = rng.Below(30);
      buffer.last = buffer.first + rng.Below(8);
    }
    ExpectNoOverlap(buffers, PlanArena(buffers));
  }
}

TEST(ArenaTest, AChainNeedsTwoNeighboursOnly) {
  // Each buffer is written at one step and read at the next.
  std::vector<ArenaBuffer> chain;
  for (uint32_t i = 0; i < 20; ++i) chain.push_back({160, i, i + 1});
  const ArenaLayout layout = PlanArena(chain);
  ExpectNoOverlap(chain, layout);
  EXPECT_EQ(layout.floats, 320u);
}

TEST(ArenaTest, NothingToPlace) { EXPECT_EQ(PlanArena({}).floats, 0u); }

TEST(ArenaTest, BlocksAreAlignedAndRefuseWhatDoesNotExist) {
  ModelMemory memory{Allocator()};
  const FloatBlock block(1000, &memory);
  ASSERT_TRUE(block.ok());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(block.data()) % 64, 0u);
  EXPECT_EQ(block.floats(), 1000u);
}

}  // namespace
}  // namespace dc::runtime
