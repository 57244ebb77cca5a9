// What quantizers of values compute.
#ifndef DC_OP_GRID_FUNCTIONS_H_
#define DC_OP_GRID_FUNCTIONS_H_

#include <algorithm>
#include <cmath>

#include "op/operator.h"

namespace dc::op {

// How a number becomes a whole one; the order is that of UniformQuantize's words.
enum class Rounding : uint8_t { kHalfEven, kHalfUp, kHalfDown, kToFloor, kToCeil, kUp, kDown };

// Halves to the even neighbour, of |x| <= 2^22: adding 1.5 * 2^23 leaves no bits for a fraction.
inline float RoundHalfEven(float x) {
  constexpr float kShift = 0x1.8p23f;
  return (x + kShift) - kShift;
}

// `x`, of up to 2^22, by the rule `rounding`. Up is away from zero, down towards it.
inline float RoundBy(Rounding rounding, float x) {
  switch (rounding) {
    case Rounding::kHalfUp:
      return std::copysign(std::floor(std::abs(x) + 0.5f), x);
    case Rounding::kHalfDown:
      return std::copysign(std::ceil(std::abs(x) - 0.5f), x);
    case Rounding::kToFloor:
      return std::floor(x);
    case Rounding::kToCeil:
      return std::ceil(x);
    case Rounding::kUp:
      return std::copysign(std::ceil(std::abs(x)), x);
    case Rounding::kDown:
      return std::trunc(x);
    case Rounding::kHalfEven:
      break;
  }
  return RoundHalfEven(x);
}

// The grid of a UniformQuantize: (n - offset) * scale for the whole numbers n from low to high.
struct UniformGrid {
  float low = -128, high = 127, offset = 0;
  Rounding rounding = Rounding::kHalfEven;

  // The place of x on the grid before it is rounded; NaN stays NaN.
  float Place(float x, float scale) const { return x / scale + offset; }
  float Inside(float place) const { return std::min(std::max(place, low), high); }
  float Value(float number, float scale) const { return (number - offset) * scale; }
  float operator()(float x, float scale) const {
    return Value(RoundBy(rounding, Inside(Place(x, scale))), scale);
  }
};

// Reads it from a node of UniformQuantize.
UniformGrid ReadUniformGrid(const Attributes& attributes);

// BinaryQuantize: one of two values, by the sign of x; 0 counts as positive, NaN stays NaN.
inline float BinaryValue(float x, float scale) {
  if (std::isnan(x)) return x;
  return x >= 0 ? scale : -scale;
}

}  // namespace dc::op

#endif  // DC_OP_GRID_FUNCTIONS_H_
