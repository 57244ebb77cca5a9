// HashedNets (Chen, Wilson, Tyree, Weinberger and Chen 2015, arXiv 1504.04788): weight i is
// sign(i) * table[hash(i)]. The table is what is trained, and the gradient of a number in it is the
// sum of the gradients of its weights, with their signs (equation 12). Latent weights take no part.
//
// buckets: numbers in the table. seed: of the hash, XXH32 of i, and of the one after it, whose
// lowest bit is the sign. A number begins as its first weight, so that fresh weights keep their
// deviation and shared ones their values.
#include <bit>
#include <vector>

#include "base/hash32.h"
#include "quantize/quantizers/hashed_spec.h"
#include "quantize/quantizers/quantizers.h"

namespace dc {
namespace {

class Hashed : public Quantizer {
 public:
  Hashed(const WeightLayout& layout, const HashedSettings& settings)
      : buckets_(settings.buckets), codes_(layout.size), sums_(settings.buckets) {
    for (uint32_t i = 0; i < codes_.size(); ++i) {
      codes_[i] = HashedCode(i, buckets_, settings.seed);
    }
  }

  size_t learned() const override { return buckets_; }

  void StartLearned(std::span<const float> w, std::span<float> learned) const override {
    for (float& number : learned) number = 0;
    // Backwards, so that the first stays.
    for (size_t i = w.size(); i-- > 0;) {
      const uint16_t code = codes_[i];
      learned[code % buckets_] = code < buckets_ ? w[i] : -w[i];
    }
  }

  void Forward(std::span<float>, std::span<const float> learned, uint64_t,
               std::span<float> effective) const override {
    for (size_t i = 0; i < effective.size(); ++i) effective[i] = Value(learned, codes_[i]);
  }

  void Backward(std::span<const float>, std::span<const float>, std::span<const float> gradient,
                std::span<float> weight_gradient,
                std::span<float> learned_gradient) const override {
    for (double& sum : sums_) sum = 0;
    for (size_t i = 0; i < gradient.size(); ++i) {
      const uint16_t code = codes_[i];
      if (code < buckets_) {
        sums_[code] += gradient[i];
      } else {
        sums_[code - buckets_] -= gradient[i];
      }
    }
    for (size_t k = 0; k < sums_.size(); ++k) learned_gradient[k] = static_cast<float>(sums_[k]);
    for (float& g : weight_gradient) g = 0;
  }

  void Grid(std::span<const float>, std::span<const float> learned,
            QuantizedWeight* result) const override {
    result->codebook.resize(2 * buckets_);
    for (uint32_t c = 0; c < 2 * buckets_; ++c) {
      result->codebook[c] = Value(learned, static_cast<uint16_t>(c));
    }
    result->codes = codes_;
    result->bits = std::bit_width(2 * buckets_ - 1);
  }

 private:
  float Value(std::span<const float> table, uint16_t code) const {
    return code < buckets_ ? table[code] : -table[code - buckets_];
  }

  uint32_t buckets_;
  std::vector<uint16_t> codes_;
  mutable std::vector<double> sums_;  // scratch: a step must not allocate
};

std::unique_ptr<Quantizer> MakeHashed(const WeightLayout& layout, int,
                                      const QuantizerSettings& settings) {
  return std::make_unique<Hashed>(layout, ReadHashedSettings(settings));
}

}  // namespace

QuantizerEntry HashedQuantizer() {
  return {{kHashedQuantizer,
           "numbers of a table, by a hash of the place",
           16,
           16,
           16,
           {{"buckets", {"256"}, 1, kMostBuckets}, {"seed", {"1"}, 0, kMostHashSeed}}},
          MakeHashed};
}

}  // namespace dc
