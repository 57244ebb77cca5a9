#include "data/held_out.h"

#include <numeric>
#include <span>
#include <vector>

#include "base/rng.h"

namespace dc {

Dataset DrawHeldOut(const Dataset& data, int64_t count, uint64_t seed) {
  std::vector<uint32_t> order(static_cast<size_t>(data.train.count));
  std::iota(order.begin(), order.end(), 0u);
  constexpr uint64_t kStream = uint64_t{7} << 40;  // of the seed's random numbers
  Rng(seed, kStream).Shuffle(order);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(order.begin(), middle);
  std::sort(middle, order.end());
  const auto size = static_cast<size_t>(data.sample_size());
  const auto target_size = static_cast<size_t>(data.target_size());
  const auto take = [&](std::span<const uint32_t> indices) {
    Split split;
    split.count = static_cast<int64_t>(indices.size());
    for (const uint32_t i : indices) {
      const auto copy = [i](const auto& from, size_t each, auto* to) {
        if (from.empty()) return;
        to->insert(to->end(), from.begin() + static_cast<std::ptrdiff_t>(i * each),
                   from.begin() + static_cast<std::ptrdiff_t>((i + 1) * each));
      };
      copy(data.train.u8, size, &split.u8);
      copy(data.train.f32, size, &split.f32);
      copy(data.train.labels, 1, &split.labels);
      copy(data.train.targets, target_size, &split.targets);
    }
    return split;
  };
  Dataset result = data;
  result.test = take(std::span(order.begin(), middle));
  result.train = take(std::span(middle, order.end()));
  return result;
}

}  // namespace dc
