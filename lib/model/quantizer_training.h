// How training treats a quantizer of values: attributes of its node that are no part of what it
// computes.
#ifndef DC_MODEL_QUANTIZER_TRAINING_H_
#define DC_MODEL_QUANTIZER_TRAINING_H_

#include <cmath>
#include <limits>
#include <string>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// What becomes of the scale.
enum class ScaleRule {
  kFixed,           // it stays
  kLearned,         // learned as in LSQ (Esser et al. 2020, arXiv 1902.08153)
  kClip,            // learned by what is clipped, as in PACT (Choi et al. 2018, arXiv 1805.06085)
  kRunningMaximum,  // running mean of the largest magnitude, as batch norm's statistics
  // The same of the magnitude that one value in 10,000 exceeds, and used as the least power of two
  // above it: ranges that follow overflows (Courbariaux, Bengio and David 2014, arXiv 1412.7024).
  kRunningPower,
};

// The least power of two that is not below `scale` > 0, but for rounding.
inline float PowerOfTwoAbove(float scale) { return std::exp2(std::ceil(std::log2(scale) - 1e-4f)); }

struct QuantizerTraining {
  // The gradient passes where pass_low < x < pass_high; NaN for the range of a uniform grid, and
  // for -1 and 1 of a binary one.
  float pass_low = std::numeric_limits<float>::quiet_NaN();
  float pass_high = std::numeric_limits<float>::quiet_NaN();
  // Rounds to one of the two neighbours at random, so that the mean is x; only while training.
  bool stochastic = false;
  ScaleRule rule = ScaleRule::kFixed;

  bool has_range() const { return !std::isnan(pass_low); }

  // Reads it from the attributes pass_low, pass_high, stochastic and scale_rule ("fixed",
  // "learned", "clip", "running_maximum", "running_power") of `node`. BadInput for what they cannot
  // be.
  static StatusOr<QuantizerTraining> Of(const Node& node);
  // Writes it to `node`; defaults are left out.
  void SetOn(Node* node) const;

  // The same in one line of a model's metadata, "stochastic=1 scale_rule=learned"; "" for defaults.
  std::string Text() const;
  static StatusOr<QuantizerTraining> FromText(const std::string& text);
};

// Whether a node of `graph` quantizes values, or gradients in training.
bool HasQuantizers(const Graph& graph);

// The key of the metadata that holds Text() for the quantizer that writes `value`.
std::string QuantizerTrainingKey(const std::string& value);

}  // namespace dc

#endif  // DC_MODEL_QUANTIZER_TRAINING_H_
