// Whole numbers of a step: n * s for n from -2^(k-1) (one more where narrow) to 2^(k-1) - 1.
//
// range says what the step is, of the whole weight or of each output channel (of: channel):
//   unit        2^(1-k): values in [-1, 1). Moons et al. 2017, arXiv 1711.00215. Narrow: from -1 to
//               1, ternary at 2 bits.
//   power       a power of two: the least whose grid reaches the largest weight. Courbariaux,
//               Bengio and David 2014, arXiv 1412.7024; Gysel et al. 2016, arXiv 1604.03168.
//   power-l2    a power of two: the one of least squared error; stays. Qiu et al. 2016; Gupta,
//               Agrawal, Gopalakrishnan and Narayanan 2015, arXiv 1502.02551.
//   max         max |w| / (2^(k-1) - 1), narrow.
//   l2          of least squared error; stays. Sung, Shin and Hwang 2015, arXiv 1511.06488.
//   gaussian    the optimal step of a normal distribution times the deviation; stays. Lin, Talathi
//   laplace     and Annapureddy 2016, arXiv 1511.06393.
//   learned     trained, from 2 mean |w| / sqrt(2^(k-1) - 1). LSQ: Esser et al. 2020, arXiv
//               1902.08153.
//   minmax      from the least weight to the largest, 0 being a level: (n - z) s. Jacob et al.
//               2018, arXiv 1712.05877.
//   fraction    2^-fraction (nnabla's fixed-point layers).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/rng.h"
#include "op/grid_functions.h"
#include "quantize/quantizers/channel_means.h"
#include "quantize/quantizers/optimal_step.h"
#include "quantize/quantizers/quantizers.h"
#include "quantize/quantizers/used_numbers.h"

namespace dc {
namespace {

constexpr const char* kRanges[] = {"unit",     "power",   "power-l2", "max",    "l2",
                                   "gaussian", "laplace", "learned",  "minmax", "fraction"};
enum class Range {
  kUnit,
  kPower,
  kPowerL2,
  kMax,
  kL2,
  kGaussian,
  kLaplace,
  kLearned,
  kMinMax,
  kFraction
};

// The grid of one channel, and its step.
struct Levels {
  op::UniformGrid grid;
  float step = 1;

  float Place(float w) const { return grid.Place(w, step); }
  float Value(float n) const { return grid.Value(n, step); }
  float Number(float w) const { return op::RoundHalfEven(grid.Inside(Place(w))); }
};

class Uniform : public Quantizer {
 public:
  Uniform(const WeightLayout& layout, int bits, const QuantizerSettings& settings)
      : layout_(layout),
        bits_(bits),
        range_(static_cast<Range>(
            std::find(std::begin(kRanges), std::end(kRanges), settings.at("range")) -
            std::begin(kRanges))),
        narrow_(settings.at("narrow") == "yes" || range_ == Range::kMax || range_ == Range::kL2),
        stochastic_(settings.at("rounding") == "stochastic"),
        clip_(settings.at("clip") == "yes"),
        straight_(settings.at("gradient") == "straight"),
        fraction_(std::atoi(settings.at("fraction").c_str())) {
    if (settings.at("of") == "tensor") {
      layout_.channels = 1;
      layout_.inner = layout.size;
    }
  }

  // Steps that are trained, and those that are found once and stay.
  size_t learned() const override {
    switch (range_) {
      case Range::kPowerL2:
      case Range::kL2:
      case Range::kGaussian:
      case Range::kLaplace:
      case Range::kLearned:
        return layout_.channels;
      default:
        return 0;
    }
  }

  void StartLearned(std::span<const float> w, std::span<float> learned) const override {
    for (size_t c = 0; c < learned.size(); ++c) learned[c] = FirstStep(Channel(w, c));
  }

  void Forward(std::span<float> w, std::span<const float> learned, uint64_t draw,
               std::span<float> effective) const override {
    const std::vector<Levels> grids = Grids(w, learned);
    if (clip_) {
      ForEachRun([&](size_t c, size_t begin, size_t end) {
        const float least = grids[c].Value(grids[c].grid.low);
        const float most = grids[c].Value(grids[c].grid.high);
        for (size_t i = begin; i < end; ++i) w[i] = std::min(std::max(w[i], least), most);
      });
    }
    const bool random = stochastic_ && draw != kNoDraw;
    Rng rng(draw);
    ForEachRun([&](size_t c, size_t begin, size_t end) {
      const Levels levels = grids[c];
      for (size_t i = begin; i < end; ++i) {
        if (random) {
          const float up = std::floor(levels.Place(w[i]) + static_cast<float>(rng.Uniform()));
          effective[i] = levels.Value(levels.grid.Inside(up));
        } else {
          effective[i] = levels.Value(levels.Number(w[i]));
        }
      }
    });
  }

  void Backward(std::span<const float> w, std::span<const float> learned,
                std::span<const float> gradient, std::span<float> weight_gradient,
                std::span<float> learned_gradient) const override {
    const std::vector<Levels> grids = Grids(w, learned);
    std::vector<double> steps(layout_.channels, 0.0);
    const bool trains_steps = range_ == Range::kLearned;
    ForEachRun([&](size_t c, size_t begin, size_t end) {
      const Levels levels = grids[c];
      const float low = levels.grid.low, high = levels.grid.high;
      double sum = 0;
      for (size_t i = begin; i < end; ++i) {
        const float place = levels.Place(w[i]), g = gradient[i];
        const bool inside = place >= low && place <= high;
        if (trains_steps) {
          sum += g * (inside ? std::nearbyint(place) - place : place < low ? low : high);
        }
        weight_gradient[i] = inside || straight_ ? g : 0.0f;
      }
      steps[c] += sum;
    });
    std::fill(learned_gradient.begin(), learned_gradient.end(), 0.0f);
    if (!trains_steps) return;
    // The authors' factor, which makes steps move as much as weights do.
    const double count = static_cast<double>(layout_.per_channel());
    const double factor = 1.0 / std::sqrt(std::max(count * Most(), 1.0));
    for (size_t c = 0; c < steps.size(); ++c) {
      learned_gradient[c] = static_cast<float>(steps[c] * factor);
    }
  }

  void Grid(std::span<const float> w, std::span<const float> learned,
            QuantizedWeight* result) const override {
    const std::vector<Levels> grids = Grids(w, learned);
    std::vector<float> numbers(w.size());
    ForEachRun([&](size_t c, size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i)
        numbers[i] = grids[c].Number(w[i]) - grids[c].grid.offset;
    });
    FillNumbers(numbers, result);
    // With a scale for each channel all channels share the whole numbers.
    const bool scaled = layout_.channels > 1;
    if (!scaled) {
      for (float& entry : result->codebook) entry *= grids[0].step;
    }
    if (!scaled) return;
    for (const Levels& grid : grids) result->scales.push_back(grid.step);
  }

 private:
  // Calls run(channel, begin, end) for every run of weights of one channel.
  template <typename Run>
  void ForEachRun(Run run) const {
    size_t c = 0;
    for (size_t begin = 0; begin < layout_.size; begin += layout_.inner) {
      run(c, begin, begin + layout_.inner);
      c = c + 1 == layout_.channels ? 0 : c + 1;
    }
  }

  std::vector<float> Channel(std::span<const float> w, size_t channel) const {
    std::vector<float> values;
    ForEachRun([&](size_t c, size_t begin, size_t end) {
      if (c != channel) return;
      for (size_t i = begin; i < end; ++i) {
        if (!layout_.masked || w[i] != 0.0f) values.push_back(w[i]);
      }
    });
    return values;
  }

  // The largest whole number of a symmetric grid.
  double Most() const { return std::max(std::ldexp(1.0, bits_ - 1) - 1, 1.0); }

  float FirstStep(const std::vector<float>& w) const {
    const double most = Most();
    switch (range_) {
      case Range::kLearned: {
        double sum = 0;
        for (const float value : w) sum += std::abs(static_cast<double>(value));
        const double mean = w.empty() ? 0 : sum / static_cast<double>(w.size());
        return Usable(2 * mean / std::sqrt(most));
      }
      case Range::kGaussian:
        return Usable(OptimalStep(Distribution::kGaussian, bits_) * Deviation(w));
      case Range::kLaplace:
        return Usable(OptimalStep(Distribution::kLaplacian, bits_) * Deviation(w));
      case Range::kL2:
        return Usable(LeastSquaresStep(w, static_cast<int>(most)));
      case Range::kPowerL2:
        return LeastPower(w, static_cast<int>(most));
      default:
        return 1.0f;
    }
  }

  // The least normal power of two is a step, too.
  float LeastPower(const std::vector<float>& w, int most) const {
    const double step = LeastSquaresPower(w, narrow_ ? -most : -most - 1, most);
    return step > 0 ? static_cast<float>(step) : 1.0f;
  }

  static float Usable(double step) {
    return step > 1e-30 && step < 1e30 ? static_cast<float>(step) : 1.0f;
  }

  static double Deviation(const std::vector<float>& w) {
    double sum = 0;
    for (const float value : w) sum += static_cast<double>(value) * value;
    return w.empty() ? 0 : std::sqrt(sum / static_cast<double>(w.size()));
  }

  std::vector<Levels> Grids(std::span<const float> w, std::span<const float> learned) const {
    Levels levels;
    op::UniformGrid& grid = levels.grid;
    grid.high = static_cast<float>(std::ldexp(1.0, bits_ - 1) - 1);
    grid.low = -grid.high - (narrow_ ? 0.0f : 1.0f);
    std::vector<Levels> grids(layout_.channels, levels);
    if (range_ == Range::kUnit) {
      // At 2 bits a narrow grid is ternary, -1, 0 and 1.
      const float step = narrow_ ? 1.0f / std::max(grid.high, 1.0f)
                                 : static_cast<float>(std::ldexp(1.0, 1 - bits_));
      for (Levels& each : grids) each.step = step;
      return grids;
    }
    if (range_ == Range::kFraction) {
      for (Levels& each : grids) each.step = std::ldexp(1.0f, -fraction_);
      return grids;
    }
    if (learned.size() == grids.size()) {
      // A trained step may have passed zero; that of a weight of zeros is zero.
      constexpr float kLeast = std::numeric_limits<float>::min();
      for (size_t c = 0; c < grids.size(); ++c) {
        grids[c].step = std::max(std::abs(learned[c]), kLeast);
      }
      return grids;
    }
    std::vector<float> least(grids.size(), 0.0f), most(grids.size(), 0.0f);
    ForEachRun([&](size_t c, size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        least[c] = std::min(least[c], w[i]);
        most[c] = std::max(most[c], w[i]);
      }
    });
    for (size_t c = 0; c < grids.size(); ++c) SetRange(least[c], most[c], &grids[c]);
    return grids;
  }

  void SetRange(float least, float most, Levels* levels) const {
    const float magnitude = std::max(-least, most);
    if (magnitude == 0) return;
    op::UniformGrid& grid = levels->grid;
    switch (range_) {
      case Range::kPower:
        levels->step = Usable(
            std::ldexp(1.0, static_cast<int>(std::ceil(std::log2(magnitude))) - (bits_ - 1)));
        break;
      case Range::kMinMax:
        grid.low = 0;
        grid.high = std::ldexp(1.0f, bits_) - 1;
        levels->step = Usable((static_cast<double>(most) - least) / grid.high);
        grid.offset = std::clamp(std::nearbyint(-least / levels->step), 0.0f, grid.high);
        break;
      default:
        levels->step = Usable(magnitude / std::max(grid.high, 1.0f));
    }
  }

  WeightLayout layout_;
  int bits_;
  Range range_;
  bool narrow_, stochastic_, clip_, straight_;
  int fraction_;  // of Range::kFraction
};

std::unique_ptr<Quantizer> MakeUniform(const WeightLayout& layout, int bits,
                                       const QuantizerSettings& settings) {
  return std::make_unique<Uniform>(layout, bits, settings);
}

}  // namespace

QuantizerEntry UniformQuantizer() {
  std::vector<std::string> fractions = {"4"};
  for (int bits = 0; bits <= 16; ++bits) {
    if (bits != 4) fractions.push_back(std::to_string(bits));
  }
  return {{"uniform",
           "whole numbers of a step",
           2,  // at 1 bit a narrow grid has zero alone; binary is the grid for it
           16,
           8,
           {{"range", {std::begin(kRanges), std::end(kRanges)}},
            {"of", {"tensor", "channel"}},
            {"narrow", {"no", "yes"}},
            {"rounding", {"nearest", "stochastic"}},
            {"clip", {"no", "yes"}},
            {"gradient", {"clipped", "straight"}},
            {"fraction", fractions}}},
          MakeUniform};
}

}  // namespace dc
