// How a batch is cut into parts that run at the same time.
#ifndef DC_TRAIN_SHARDING_H_
#define DC_TRAIN_SHARDING_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dc::train {

// Sizes of the shards of a batch, in order: `shard` samples each, then the rest; a rest below half
// of that joins the last shard. They depend on these numbers alone, never on the number of threads,
// so that results do not either. Multiples of 16 run on the fastest convolutions.
inline std::vector<int64_t> ShardSizes(int64_t batch, int64_t shard = 32) {
  std::vector<int64_t> sizes(static_cast<size_t>(batch / shard), shard);
  const int64_t rest = batch % shard;
  if (2 * rest >= shard || sizes.empty()) {
    if (rest > 0) sizes.push_back(rest);
  } else {
    sizes.back() += rest;
  }
  return sizes;
}

}  // namespace dc::train

#endif  // DC_TRAIN_SHARDING_H_
