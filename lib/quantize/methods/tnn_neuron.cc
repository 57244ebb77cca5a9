#include "quantize/methods/tnn_neuron.h"

#include <algorithm>
#include <cmath>

namespace dc {
namespace {

// Adds `sign` times input `k` to the sums.
void AddInput(const NeuronInputs& inputs, size_t k, float sign, std::span<float> sums) {
  const float* values = inputs.values.data() + k * inputs.samples;
  for (size_t s = 0; s < sums.size(); ++s) sums[s] += sign * values[s];
}

// The weights of one sign, the largest first, and how many of them count.
struct Side {
  std::vector<size_t> order;
  float sign;
  size_t count = 0;

  // Makes `target` of them count, and the sums follow.
  void MoveTo(size_t target, const NeuronInputs& inputs, std::span<float> sums) {
    while (count < target) AddInput(inputs, order[count++], sign, sums);
    while (count > target) AddInput(inputs, order[--count], -sign, sums);
  }
};

Side SideOf(std::span<const float> weights, float sign) {
  Side side{.order = {}, .sign = sign};
  for (size_t k = 0; k < weights.size(); ++k) {
    if (sign * weights[k] > 0) side.order.push_back(k);
  }
  std::stable_sort(side.order.begin(), side.order.end(),
                   [&](size_t a, size_t b) { return std::abs(weights[a]) > std::abs(weights[b]); });
  return side;
}

}  // namespace

OutputThresholds BestThresholds(std::span<const float> sums, std::span<const float> expected,
                                bool whole) {
  constexpr int kPlaces = 256;
  const auto [least, greatest] = std::minmax_element(sums.begin(), sums.end());
  const float span = *greatest - *least;
  const float width = whole ? 1.0f : std::max(span / kPlaces, 1e-6f);
  const float start = whole ? *least - 0.5f : *least;
  const size_t bins = static_cast<size_t>(span / width) + 1;
  // What agrees where all sums of a bin become -1, 0 or 1.
  struct Bin {
    double down = 0, none = 0, up = 0;
  };
  std::vector<Bin> histogram(bins);
  double up = 0;
  for (size_t s = 0; s < sums.size(); ++s) {
    const auto at = static_cast<size_t>((sums[s] - start) / width);
    Bin& bin = histogram[std::min(at, bins - 1)];
    const double fires = std::min(std::abs(static_cast<double>(expected[s])), 1.0);
    (expected[s] > 0 ? bin.up : bin.down) += fires;
    bin.none += 1 - fires;
    if (expected[s] > 0) up += fires;
  }
  // Bins below i become -1, those from j on 1; i < j.
  OutputThresholds best;
  best.agreement = -1;
  double down = 0, none = 0;  // of the bins below j
  double best_start = 0;      // max over i < j of down(i) - none(i)
  size_t best_i = 0;
  for (size_t j = 1; j <= bins; ++j) {
    const double gain = down - none;  // i = j - 1
    if (j == 1 || gain > best_start) {
      best_start = gain;
      best_i = j - 1;
    }
    const Bin& bin = histogram[j - 1];
    down += bin.down;
    none += bin.none;
    up -= bin.up;
    const double agreement = best_start + none + up;
    if (agreement <= best.agreement) continue;
    best.agreement = agreement;
    best.low = start + static_cast<float>(best_i) * width;
    best.high = start + static_cast<float>(j) * width;
  }
  return best;
}

TernaryNeuron FitNeuron(const NeuronInputs& inputs, std::span<const float> weights,
                        const SumScore& score) {
  constexpr size_t kShares = 16;
  TernaryNeuron neuron;
  neuron.sums.assign(inputs.samples, 0.0f);
  Side sides[2] = {SideOf(weights, 1.0f), SideOf(weights, -1.0f)};
  const auto move = [&](size_t side, size_t target) {
    sides[side].MoveTo(target, inputs, neuron.sums);
  };
  size_t best[2] = {0, 0};
  double most = 0;
  for (size_t share = 1; share <= kShares; ++share) {
    for (size_t side : {0, 1}) move(side, sides[side].order.size() * share / kShares);
    const double now = score(neuron.sums);
    if (share > 1 && now <= most) continue;
    most = now;
    for (size_t side : {0, 1}) best[side] = sides[side].count;
  }
  for (size_t side : {0, 1}) move(side, best[side]);
  for (size_t part = 2 * kShares; part <= 4 * kShares; part *= 2) {
    for (size_t side : {0, 1}) {
      const size_t step = sides[side].order.size() / part;
      if (step == 0) continue;
      for (const bool up : {true, false}) {
        // As long as it gets better.
        for (;;) {
          const size_t here = sides[side].count;
          if (up ? here + step > sides[side].order.size() : here < step) break;
          move(side, up ? here + step : here - step);
          const double now = score(neuron.sums);
          if (now > most) {
            most = now;
            continue;
          }
          move(side, here);
          break;
        }
      }
    }
  }
  neuron.weights.assign(weights.size(), 0);
  for (const Side& side : sides) {
    for (size_t n = 0; n < side.count; ++n) {
      neuron.weights[side.order[n]] = static_cast<int8_t>(side.sign);
    }
  }
  return neuron;
}

double SquaredCorrelation(std::span<const float> sums, std::span<const float> wanted) {
  const auto n = static_cast<double>(sums.size());
  double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (size_t s = 0; s < sums.size(); ++s) {
    const double a = sums[s], b = wanted[s];
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const double of_x = xx - x * x / n, of_y = yy - y * y / n, both = xy - x * y / n;
  return of_x > 1e-12 && of_y > 1e-12 ? both * both / (of_x * of_y) : 0.0;
}

}  // namespace dc
