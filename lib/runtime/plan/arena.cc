#include "runtime/plan/arena.h"

#include <algorithm>

namespace dc::runtime {

ArenaLayout PlanArena(std::span<const ArenaBuffer> buffers) {
  ArenaLayout layout;
  layout.offsets.assign(buffers.size(), 0);
  // The largest first, equal ones by number. Inserted one by one: what follows takes as long, and
  // std::sort is 1 KB of code.
  std::vector<uint32_t> order;
  order.reserve(buffers.size());
  for (uint32_t i = 0; i < buffers.size(); ++i) {
    const auto at =
        std::upper_bound(order.begin(), order.end(), buffers[i].floats,
                         [&](uint64_t floats, uint32_t j) { return floats > buffers[j].floats; });
    order.insert(at, i);
  }
  const auto padded = [&](uint32_t i) {
    return (buffers[i].floats + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  };
  std::vector<uint32_t> placed;  // by offset
  placed.reserve(buffers.size());
  for (uint32_t i : order) {
    uint64_t offset = 0;
    for (uint32_t j : placed) {
      if (buffers[j].first > buffers[i].last || buffers[j].last < buffers[i].first) continue;
      if (offset + padded(i) <= layout.offsets[j]) break;
      offset = std::max(offset, layout.offsets[j] + padded(j));
    }
    layout.offsets[i] = offset;
    layout.floats = std::max(layout.floats, offset + padded(i));
    const auto at = std::upper_bound(placed.begin(), placed.end(), offset,
                                     [&](uint64_t o, uint32_t j) { return o < layout.offsets[j]; });
    placed.insert(at, i);
  }
  return layout;
}

}  // namespace dc::runtime
