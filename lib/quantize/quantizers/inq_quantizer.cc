// Incremental network quantization (Zhou et al. 2017, arXiv 1702.03044): weights become 0 or powers
// of two in portions, and those that have are frozen while the others go on training.
//
// k bits: 2^(k-2) exponents n2..n1 and zero: one bit says zero, the others sign and exponent (5
// bits: n2 = n1 - 7). n1 comes from the weights as they were first. The learned values are n1 and
// for each weight what it is frozen at, or infinity while it is free; QuantizeShare freezes more of
// them, and nothing is trained of them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/rng.h"
#include "quantize/quantizers/power_grid.h"
#include "quantize/quantizers/quantizers.h"

namespace dc {
namespace {

constexpr float kFree = std::numeric_limits<float>::infinity();

class Inq : public Quantizer {
 public:
  Inq(const WeightLayout& layout, int bits) : layout_(layout), bits_(bits) {}

  size_t learned() const override { return 1 + layout_.size; }

  void StartLearned(std::span<const float> w, std::span<float> learned) const override {
    std::fill(learned.begin(), learned.end(), kFree);
    learned[0] = static_cast<float>(PowerGrid::TopOf(w));
  }

  void Forward(std::span<float> w, std::span<const float> learned, uint64_t,
               std::span<float> effective) const override {
    const std::span<const float> frozen = learned.subspan(1);
    for (size_t i = 0; i < w.size(); ++i) {
      if (frozen[i] != kFree) w[i] = frozen[i];  // whatever momentum did to it
      effective[i] = w[i];
    }
  }

  void Backward(std::span<const float>, std::span<const float> learned,
                std::span<const float> gradient, std::span<float> weight_gradient,
                std::span<float> learned_gradient) const override {
    for (size_t i = 0; i < weight_gradient.size(); ++i) {
      weight_gradient[i] = learned[1 + i] != kFree ? 0.0f : gradient[i];
    }
    std::fill(learned_gradient.begin(), learned_gradient.end(), 0.0f);
  }

  void Grid(std::span<const float> w, std::span<const float> learned,
            QuantizedWeight* result) const override {
    GridOf(learned).Fill(w, result);
  }

 private:
  PowerGrid GridOf(std::span<const float> learned) const {
    return PowerGrid(static_cast<int>(learned[0]), 1 << std::max(bits_ - 2, 0),
                     /*geometric=*/false);
  }

  WeightLayout layout_;
  int bits_;
};

std::unique_ptr<Quantizer> MakeInq(const WeightLayout& layout, int bits, const QuantizerSettings&) {
  return std::make_unique<Inq>(layout, bits);
}

}  // namespace

void FreezeShare(double share, int bits, bool largest_first, uint64_t seed,
                 std::span<float> latent) {
  const size_t count = (latent.size() - 1) / 2;
  const std::span<float> w = latent.first(count), frozen = latent.subspan(count + 1);
  const PowerGrid grid(static_cast<int>(latent[count]), 1 << std::max(bits - 2, 0),
                       /*geometric=*/false);
  std::vector<uint32_t> free;
  for (size_t i = 0; i < count; ++i) {
    if (frozen[i] == kFree) free.push_back(static_cast<uint32_t>(i));
  }
  const auto target = static_cast<size_t>(std::llround(share * static_cast<double>(count)));
  const size_t done = count - free.size();
  const size_t more = target > done ? target - done : 0;
  if (largest_first) {
    std::stable_sort(free.begin(), free.end(),
                     [&](uint32_t a, uint32_t b) { return std::abs(w[a]) > std::abs(w[b]); });
  } else {
    Rng(seed).Shuffle(free);
  }
  for (size_t k = 0; k < std::min(more, free.size()); ++k) {
    w[free[k]] = frozen[free[k]] = grid.Value(grid.Code(w[free[k]]));
  }
}

QuantizerEntry InqQuantizer() {
  return {{"inq", "0 and powers of two, in portions", 2, 7, 5, {}}, MakeInq};
}

}  // namespace dc
