#include "runtime/execute/batch_blocks.h"

#include <algorithm>

#include "runtime/kernels/build.h"

namespace dc::runtime {
namespace {

// Fewer samples than this run one by one: a block of 16 lanes costs as much as three to seven
// samples by themselves.
constexpr int64_t kLeastBlock = 6;
// Activations beyond this leave a core's second-level cache on current machines.
constexpr uint64_t kCacheFloats = (uint64_t{1} << 20) / sizeof(float);
// No more activations than this at a time, wherever they come from.
constexpr uint64_t kArenaFloats = (uint64_t{256} << 20) / sizeof(float);
// Nor more than this for all threads together, unless it is the activations of one sample.
constexpr uint64_t kMostFloats = (uint64_t{1} << 30) / sizeof(float);
// Where even the smallest block takes more than this, every weight would meet activations that come
// from memory: single samples, which stay in the cache, are faster.
constexpr uint64_t kBlockFloats = (uint64_t{4} << 20) / sizeof(float);

}  // namespace

BatchBlocks::BatchBlocks(int64_t batch, size_t largest) : largest_(largest) {
  const int64_t lanes = static_cast<int64_t>(kLaneChoices[largest]);
  full_ = batch / lanes;
  int64_t first = full_ * lanes;
  const auto add = [&](int64_t samples, size_t choice) {
    tail_[static_cast<size_t>(tail_count_++)] = {first, samples, choice};
    first += samples;
  };
  for (size_t choice = largest; choice-- > 1;) {
    const int64_t smaller = static_cast<int64_t>(kLaneChoices[choice]);
    if (batch - first >= smaller) add(smaller, choice);
  }
  if (batch - first >= kLeastBlock) {
    add(batch - first, 1);
  } else {
    while (first < batch) add(1, 0);
  }
}

size_t ChooseLanes(int64_t batch, size_t threads,
                   const std::array<PlanMemory, kLaneChoices.size()>& memory) {
  if (!kHasLanes || batch < kLeastBlock || memory[1].reread > kBlockFloats ||
      memory[1].floats > kMostFloats) {
    return 0;
  }
  size_t choice = 1;
  while (choice + 1 < kLaneChoices.size() && memory[choice + 1].reread <= kCacheFloats &&
         memory[choice + 1].floats <= kArenaFloats &&
         batch >= static_cast<int64_t>(kLaneChoices[choice + 1] * threads)) {
    ++choice;
  }
  return choice;
}

size_t ChooseWorkers(int64_t batch, size_t threads, uint64_t floats) {
  const uint64_t room = std::max<uint64_t>(kMostFloats / std::max<uint64_t>(floats, 1), 1);
  return static_cast<size_t>(std::min({static_cast<uint64_t>(batch), uint64_t{threads}, room}));
}

}  // namespace dc::runtime
