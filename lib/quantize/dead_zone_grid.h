// Whole numbers of one step, on which more values than the nearest go to zero.
#ifndef DC_QUANTIZE_DEAD_ZONE_GRID_H_
#define DC_QUANTIZE_DEAD_ZONE_GRID_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dc {

// The entries n * step for n from -most to most.
struct DeadZoneGrid {
  float step = 0;  // as GridStep leaves it
  int most = 0;    // at least 1

  // The grid of `bits` (2 to 16) that reaches the largest of `values`.
  static DeadZoneGrid Reaching(std::span<const float> values, int bits);
  // The finest grid of `bits` that has all `entries` of a codebook, bit for bit, and ends with the
  // largest; none where there is no such grid.
  static std::optional<DeadZoneGrid> With(std::span<const float> entries, int bits);

  std::vector<float> Entries() const;  // ascending
  // Upper bounds of the entries' intervals with a dead zone, for values that occur as `values` do:
  // those of least squared error plus bits, where a bit costs what a finer step would save, ln 2 /
  // 6 of a squared step (a uniform quantizer errs by step^2 / 12, and a bit halves its step). That
  // widens zero's interval, the dead zone, the more often zero occurs.
  std::vector<float> DeadZoneBounds(std::span<const float> values) const;
};

// `step` with so few significant bits that n * step is a float for every n of a grid, and equal
// steps lie between neighbours bit for bit: an affine codebook. Not negative, not zero.
float GridStep(float step);

}  // namespace dc

#endif  // DC_QUANTIZE_DEAD_ZONE_GRID_H_
