// How a batch is cut into blocks of samples that go through the network together.
#ifndef DC_RUNTIME_EXECUTE_BATCH_BLOCKS_H_
#define DC_RUNTIME_EXECUTE_BATCH_BLOCKS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "runtime/plan/plan.h"

namespace dc::runtime {

// `samples` samples from `first` on, run as `lanes` of them: kLaneChoices[choice] lanes.
struct Block {
  int64_t first = 0, samples = 0;
  size_t choice = 0;
};

// The blocks of one batch: full ones of the same size, then what is left in smaller ones. Whether a
// sample runs by itself or among others depends on its place in the batch alone, never on threads.
class BatchBlocks {
 public:
  // `largest` is the choice for full blocks.
  BatchBlocks(int64_t batch, size_t largest);

  int64_t count() const { return full_ + tail_count_; }
  Block operator[](int64_t i) const {
    if (i >= full_) return tail_[static_cast<size_t>(i - full_)];
    const int64_t lanes = static_cast<int64_t>(kLaneChoices[largest_]);
    return {i * lanes, lanes, largest_};
  }

 private:
  size_t largest_;
  int64_t full_ = 0;
  std::array<Block, 7> tail_;  // at most one of 32, one of 16, and five single samples
  int64_t tail_count_ = 0;
};

// The choice for full blocks of `batch` samples on `threads` threads: 1 lane for batches that no
// vector is worth, else the most lanes that give every thread a block and keep the activations that
// are read many times, memory[choice].reread floats, in a core's cache where that is possible.
size_t ChooseLanes(int64_t batch, size_t threads,
                   const std::array<PlanMemory, kLaneChoices.size()>& memory);

// How many of `threads` threads run blocks of a batch of `batch` samples at the same time, where a
// block has `floats` floats of activations: no more than 1 GiB takes, one at least.
size_t ChooseWorkers(int64_t batch, size_t threads, uint64_t floats);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_EXECUTE_BATCH_BLOCKS_H_
