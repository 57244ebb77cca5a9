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

// What the values before a quantizer are trained for besides what passes through it: a loss of this
// layer's own, with the signs that lower the loss after it as targets t = -sign(dL/dy). Friesen and
// Domingos 2018 (arXiv 1710.11573), feasible target propagation.
enum class LayerLoss {
  kNone,
  kSoftHinge,       // tanh(-t x) + 1, weighted by |dL/dy|: the gradient is dL/dy (1 - tanh(x)^2)
  kEqualSoftHinge,  // the same, every value with the mean weight
};

// The power of two nearest to |x| in its logarithm, with the sign of x; 0 for 0. Hubara et al. 2016
// (arXiv 1602.02830) call it AP2.
inline float NearestPowerOfTwo(float x) {
  return x == 0 ? 0.0f : std::copysign(std::exp2(std::nearbyint(std::log2(std::abs(x)))), x);
}

// The attribute of a BatchNormalization that is shift-based in training (same paper, algorithm 3).
inline constexpr char kShiftBased[] = "shift_based";

struct QuantizerTraining {
  // The gradient passes where pass_low < x < pass_high; NaN for the range of a uniform grid, and
  // for -1 and 1 of a binary one.
  float pass_low = std::numeric_limits<float>::quiet_NaN();
  float pass_high = std::numeric_limits<float>::quiet_NaN();
  // Rounds to one of the two neighbours at random, so that the mean is x; only while training.
  bool stochastic = false;
  ScaleRule rule = ScaleRule::kFixed;
  // In place of what passes in the range.
  LayerLoss loss = LayerLoss::kNone;

  bool has_range() const { return !std::isnan(pass_low); }

  // Reads it from the attributes pass_low, pass_high, stochastic, scale_rule ("fixed", "learned",
  // "clip", "running_maximum", "running_power") and layer_loss ("none", "soft_hinge",
  // "equal_soft_hinge") of `node`. BadInput for what they cannot be.
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
