#include "quantize/quantizers/optimal_step.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dc {
namespace {

// Density of a distribution of mean 0 and deviation 1, for x >= 0.
double Density(Distribution distribution, double x) {
  if (distribution == Distribution::kGaussian) {
    return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
  }
  return std::exp(-std::numbers::sqrt2 * x) / std::numbers::sqrt2;
}

// Mean squared error of the grid with levels (n + 1/2) * step, by Simpson's rule between the edges
// of its cells.
double SquaredError(Distribution distribution, double step, int positive_levels) {
  constexpr double kFar = 40;  // where nothing is left of either density
  const int parts_of_cell = std::clamp(2048 / positive_levels, 4, 256);
  double error = 0;
  for (int n = 0; n < positive_levels; ++n) {
    const double level = (n + 0.5) * step, begin = n * step;
    const double end = n + 1 == positive_levels ? std::max(begin + step, kFar) : begin + step;
    const int parts = n + 1 == positive_levels ? 64 * 256 : parts_of_cell;
    const double width = (end - begin) / parts;
    for (int i = 0; i <= parts; ++i) {
      const double x = begin + i * width;
      const double weight = i == 0 || i == parts ? 1 : i % 2 == 1 ? 4 : 2;
      error += weight * (x - level) * (x - level) * Density(distribution, x) * width / 3;
    }
  }
  return 2 * error;
}

// The least of a function that falls, then rises, between `low` and `high`, by golden section.
template <typename Function>
double ArgMin(double low, double high, Function f) {
  const double ratio = 1 / std::numbers::phi;
  double a = high - ratio * (high - low), b = low + ratio * (high - low);
  double at_a = f(a), at_b = f(b);
  while (high - low > 1e-7) {
    if (at_a < at_b) {
      high = b;
      b = a;
      at_b = at_a;
      at_a = f(a = high - ratio * (high - low));
    } else {
      low = a;
      a = b;
      at_a = at_b;
      at_b = f(b = low + ratio * (high - low));
    }
  }
  return (low + high) / 2;
}

double ErrorOf(std::span<const float> w, double step, double low, double high) {
  double error = 0;
  for (const float value : w) {
    const double difference = value - step * std::clamp(std::nearbyint(value / step), low, high);
    error += difference * difference;
  }
  return error;
}

// Of the values beyond the range, were the range not divided into steps.
double ClippingError(std::span<const float> w, double low, double high) {
  double error = 0;
  for (const float value : w) {
    const double beyond = value - std::clamp<double>(value, low, high);
    error += beyond * beyond;
  }
  return error;
}

float MagnitudeOf(std::span<const float> w) {
  float magnitude = 0;
  for (const float value : w) magnitude = std::max(magnitude, std::abs(value));
  return magnitude;
}

}  // namespace

double OptimalStep(Distribution distribution, int bits) {
  const int positive_levels = 1 << (bits - 1);
  return ArgMin(1e-3, 4.0,
                [&](double step) { return SquaredError(distribution, step, positive_levels); });
}

double OptimalSqnr(Distribution distribution, int bits) {
  const double step = OptimalStep(distribution, bits);
  return -10 * std::log10(SquaredError(distribution, step, 1 << (bits - 1)));
}

double LeastSquaresStep(std::span<const float> w, int most) {
  const double magnitude = MagnitudeOf(w);
  if (magnitude == 0) return 0;
  double best = magnitude / most, best_error = ErrorOf(w, best, -most, most);
  constexpr int kStarts = 8, kRounds = 20;
  for (int start = 1; start <= kStarts; ++start) {
    double step = magnitude / most * start / kStarts;
    for (int round = 0; round < kRounds; ++round) {
      double products = 0, squares = 0;
      for (const float value : w) {
        const double n = std::clamp<double>(std::nearbyint(value / step), -most, most);
        products += n * value;
        squares += n * n;
      }
      if (squares == 0) break;
      const double next = products / squares;
      if (std::abs(next - step) < 1e-9 * step) break;
      step = next;
    }
    const double error = ErrorOf(w, step, -most, most);
    if (error < best_error) {
      best_error = error;
      best = step;
    }
  }
  return best;
}

double LeastSquaresPower(std::span<const float> w, int low, int high) {
  const double magnitude = MagnitudeOf(w);
  if (magnitude == 0) return 0;
  const auto ends = std::minmax_element(w.begin(), w.end());
  const float least = *ends.first, greatest = *ends.second;
  // Steps are normal floats, and their multiples finite.
  const int smallest = -126, largest = 127 - std::ilogb(static_cast<double>(-low));
  int exponent = std::clamp(std::ilogb(magnitude / -low), smallest, largest);
  const auto clips = [&] {
    const double step = std::ldexp(1.0, exponent);
    return least < (low - 0.5) * step || greatest > (high + 0.5) * step;
  };
  while (exponent < largest && clips()) ++exponent;
  // Above the least exponent that clips nothing grids are coarser subsets of its grid. Below it the
  // error of what is clipped grows with every step, and once it alone exceeds the best error no
  // smaller exponent can win.
  double best = std::ldexp(1.0, exponent), best_error = ErrorOf(w, best, low, high);
  while (exponent > smallest) {
    const double step = std::ldexp(1.0, --exponent);
    if (ClippingError(w, low * step, high * step) >= best_error) break;
    const double error = ErrorOf(w, step, low, high);
    if (error >= best_error) continue;
    best_error = error;
    best = step;
  }
  return best;
}

}  // namespace dc
