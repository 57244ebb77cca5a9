// Training images that choices are made by, so that the test set is not.
#ifndef DC_DATA_HELD_OUT_H_
#define DC_DATA_HELD_OUT_H_

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "dc/data.h"

namespace dc {

// The last `images` training images of `data`; all where there are fewer.
inline Split LastTraining(const Dataset& data, int64_t images) {
  Split held;
  held.count = std::min<int64_t>(images, data.train.count);
  const auto take = [&](const auto& from, int64_t each) {
    return std::decay_t<decltype(from)>(from.end() - held.count * each, from.end());
  };
  if (!data.train.u8.empty()) held.u8 = take(data.train.u8, data.sample_size());
  if (!data.train.f32.empty()) held.f32 = take(data.train.f32, data.sample_size());
  if (!data.train.labels.empty()) held.labels = take(data.train.labels, 1);
  if (data.has_targets()) held.targets = take(data.train.targets, data.target_size());
  return held;
}

// `data` whose test split are `count` training samples drawn with `seed`, and whose training split
// are the others, both in their order. 0 <= count <= data.train.count.
Dataset DrawHeldOut(const Dataset& data, int64_t count, uint64_t seed);

}  // namespace dc

#endif  // DC_DATA_HELD_OUT_H_
