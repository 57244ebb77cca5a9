// Operators that only move values: where each element of the output comes from.
#ifndef DC_OP_ELEMENT_MAP_H_
#define DC_OP_ELEMENT_MAP_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"
#include "op/attributes.h"

namespace dc::op {

// The output's elements, in order, seen as an array of as many axes as `offsets` has: its element
// (i, j, ...) is element offsets[0][i] + offsets[1][j] + ... of the input, or `fill` where one of
// these is negative.
struct ElementMap {
  std::vector<std::vector<int64_t>> offsets;
  float fill = 0.0f;

  // Offsets along the last axis; {0} where there is none.
  std::span<const int64_t> last() const {
    static constexpr int64_t kZero = 0;
    return offsets.empty() ? std::span(&kZero, 1) : std::span<const int64_t>(offsets.back());
  }
};

// The map from an input of extents `x` to an output of extents `y`, all of them at least 1, which
// the operator's record has inferred. Every input's batch is part of its extents.
using MapElements = ElementMap(const Attributes& attributes, std::span<const int64_t> x,
                               std::span<const int64_t> y);

// The distance in elements of neighbors along each axis of a row-major array.
std::vector<int64_t> Strides(std::span<const int64_t> extents);

// offsets[i] = i * stride, for an axis of which the output has `extent`.
std::vector<int64_t> Steps(int64_t extent, int64_t stride);

// Calls visit(from, to) for each run of the output along its last axis: element `to + i` of it is
// element `from + last[i]` of the input, `last` being the last of the map's offsets; `from` is
// negative where the whole run is filled. A map without axes is one run of a single element.
template <typename Visit>
void VisitRuns(const ElementMap& map, Visit visit) {
  const size_t rank = map.offsets.size(), outer = rank == 0 ? 0 : rank - 1;
  const int64_t run = rank == 0 ? 1 : static_cast<int64_t>(map.offsets[outer].size());
  std::vector<size_t> position(outer, 0);
  for (int64_t to = 0;; to += run) {
    int64_t from = 0;
    for (size_t d = 0; d < outer && from >= 0; ++d) {
      const int64_t offset = map.offsets[d][position[d]];
      from = offset < 0 ? -1 : from + offset;
    }
    visit(from, to);
    size_t d = outer;
    while (d > 0 && ++position[d - 1] == map.offsets[d - 1].size()) position[--d] = 0;
    if (d == 0) return;
  }
}

// Gather along `axis` of an input of extents `x` at `indices`, which may count from the end. Axes
// are those of `x`, the indices one of them. BadInput where an index is out of range.
Status MapGather(std::span<const int64_t> x, size_t axis, std::span<const int64_t> indices,
                 ElementMap* map);

}  // namespace dc::op

#endif  // DC_OP_ELEMENT_MAP_H_
