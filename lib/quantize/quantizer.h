// The interface of every quantizer of weights: a map of real numbers onto a finite grid, with the
// surrogate of its gradient. Latent weights are real; the network computes with what the quantizer
// makes of them.
#ifndef DC_QUANTIZE_QUANTIZER_H_
#define DC_QUANTIZE_QUANTIZER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dc/quantized_weight.h"
#include "dc/status.h"

namespace dc {

// One weight as quantizers see it: element i belongs to output channel i / inner % channels.
struct WeightLayout {
  size_t size = 0;
  size_t channels = 1, inner = 1;
  bool masked = false;  // zeros are pruned: they stay zero and take no part in statistics

  size_t ChannelOf(size_t i) const { return i / inner % channels; }
  size_t per_channel() const { return size / channels; }
};

// Which quantizer, and how: "binary scale=channel", "uniform bits=4 range=learned".
struct QuantizerSpec {
  std::string name;
  int bits = 0;  // 0: the quantizer's own
  std::map<std::string, std::string> settings;

  std::string ToString() const;
  // UsageError where `text` is none.
  static StatusOr<QuantizerSpec> Parse(const std::string& text);
};

// A quantizer made for one weight.
class Quantizer {
 public:
  virtual ~Quantizer() = default;

  // How many values are trained beside the weights (scales), and what they start as.
  virtual size_t learned() const { return 0; }
  virtual void StartLearned(std::span<const float> weights, std::span<float> learned) const;

  // Latent weights -> effective weights. May bring the latent ones into range in place. `draw`
  // names the random numbers of a quantizer that has any: equal draws, equal results; with
  // kNoDraw it rounds to nearest.
  static constexpr uint64_t kNoDraw = 0;
  virtual void Forward(std::span<float> weights, std::span<const float> learned, uint64_t draw,
                       std::span<float> effective) const = 0;

  // Gradient of the effective weights -> gradient of latent and learned ones. `gradient` and
  // `weight_gradient` may be the same memory. As it stands, the gradient goes straight through.
  virtual void Backward(std::span<const float> weights, std::span<const float> learned,
                        std::span<const float> gradient, std::span<float> weight_gradient,
                        std::span<float> learned_gradient) const;

  // Codebook, codes and scales of what Forward makes of these weights without random numbers.
  // Codebook and codes are any that fit: the caller puts zeros in front.
  virtual void Grid(std::span<const float> weights, std::span<const float> learned,
                    QuantizedWeight* result) const = 0;
};

// An option and the values it may have, the default first; or a whole number from `least` to
// `most`, where that is not below it, with its default as the only value.
struct QuantizerOption {
  std::string name;
  std::vector<std::string> values;
  int64_t least = 0, most = -1;

  bool is_number() const { return least <= most; }
};

// What is to be known of a quantizer before one is made.
struct QuantizerInfo {
  std::string name, summary;
  int least_bits = 1, most_bits = 1, default_bits = 1;
  std::vector<QuantizerOption> options;
};

// The options of a spec, each with a value.
using QuantizerSettings = std::map<std::string, std::string>;

using MakeQuantizer = std::unique_ptr<Quantizer>(const WeightLayout& layout, int bits,
                                                 const QuantizerSettings& settings);

struct QuantizerEntry {
  QuantizerInfo info;
  MakeQuantizer* make = nullptr;
};

// All quantizers, by name.
const std::vector<QuantizerEntry>& AllQuantizers();

// UsageError for a name, a width or an option that there is not; it says which there are.
Status CheckQuantizer(const QuantizerSpec& spec);

// Precondition: CheckQuantizer(spec) is ok.
std::unique_ptr<Quantizer> NewQuantizer(const QuantizerSpec& spec, const WeightLayout& layout);

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZER_H_
