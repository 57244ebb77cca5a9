// Fixed point with a power-of-two scale: b-bit two's complement integers n times 2^e. Gupta,
// Agrawal, Gopalakrishnan and Narayanan 2015, "Deep Learning with Limited Numerical Precision"
// (arXiv 1502.02551), with round to nearest; e is the one of least squared error
// sum (w - 2^e * clamp(round(w / 2^e)))^2. Fine-tuning keeps latent full-precision weights, clipped
// to the range of the format; gradients go straight through to them. A codebook that is of another
// format (a file that was edited) is trained as shared values.
//
// The codebook ascends from -2^(b-1) * 2^e in steps of 2^e. In a sparse layer the symmetric range
// -(2^(b-1) - 1) .. 2^(b-1) - 1 follows the exact zero, 2^b entries in all; survivors that round to
// zero share code 0, so the zero inside the run stays unused.
#include <algorithm>
#include <cmath>
#include <optional>

#include "op/grid_functions.h"
#include "quantize/policy.h"
#include "quantize/straight_through.h"
#include "quantize/tied_constraint.h"

namespace dc {
namespace {

// The values n * step with least <= n <= greatest. Step is a power of two, so that products with it
// and with its inverse are exact.
struct FixedPoint {
  FixedPoint(int bits, bool has_zero_first, int exponent)
      : greatest((1 << (bits - 1)) - 1),
        least(has_zero_first ? -greatest : -greatest - 1),
        sparse(has_zero_first),
        step(std::ldexp(1.0f, exponent)),
        inverse(std::ldexp(1.0f, -exponent)),
        low(step * static_cast<float>(least)),
        high(step * static_cast<float>(greatest)) {}

  int greatest, least;
  bool sparse;
  float step, inverse, low, high;

  float Clip(float value) const { return std::min(std::max(value, low), high); }
  // The nearest value. Precondition: low <= value <= high.
  float Nearest(float value) const { return step * op::RoundHalfEven(value * inverse); }
  uint16_t Code(float value) const {
    const int integer = static_cast<int>(op::RoundHalfEven(Clip(value) * inverse));
    if (!sparse) return static_cast<uint16_t>(integer - least);
    return integer == 0 ? 0 : static_cast<uint16_t>(1 + integer - least);
  }
  std::vector<float> Codebook() const {
    std::vector<float> codebook;
    if (sparse) codebook.push_back(0.0f);
    for (int n = least; n <= greatest; ++n) codebook.push_back(step * static_cast<float>(n));
    return codebook;
  }
};

struct SquaredErrors {
  double total = 0;
  double clipping = 0;  // of the values beyond the range, were the range not divided into steps
};

SquaredErrors Measure(const FixedPoint& format, std::span<const float> values) {
  SquaredErrors errors;
  for (const float value : values) {
    const float inside = format.Clip(value);
    const double beyond = static_cast<double>(value) - inside;
    const double error = static_cast<double>(value) - format.Nearest(inside);
    errors.clipping += beyond * beyond;
    errors.total += error * error;
  }
  return errors;
}

// The exponent of least squared error. Above the least exponent that clips nothing, grids are
// coarser subsets of its grid; below it the clipping error grows with every step, and once it alone
// exceeds the best error no smaller exponent can win.
int BestExponent(int bits, bool sparse, std::span<const float> values) {
  const auto ends = std::minmax_element(values.begin(), values.end());
  const float least = *ends.first, greatest = *ends.second;
  const float magnitude = std::max(std::abs(least), std::abs(greatest));
  if (magnitude == 0) return 0;
  // Steps stay normal floats and 2^(b-1) steps stay finite.
  const int lowest = -126, highest = 128 - bits;
  int exponent = std::clamp(std::ilogb(magnitude) + 1 - bits, lowest, highest);
  auto clips = [&] {
    const FixedPoint format(bits, sparse, exponent);
    const double half = 0.5 * format.step;
    return least < format.low - half || greatest > format.high + half;
  };
  while (exponent < highest && clips()) ++exponent;
  double best_error = Measure(FixedPoint(bits, sparse, exponent), values).total;
  int best = exponent;
  while (exponent > lowest) {
    --exponent;
    const SquaredErrors errors = Measure(FixedPoint(bits, sparse, exponent), values);
    if (errors.clipping >= best_error) break;
    if (errors.total < best_error) {
      best_error = errors.total;
      best = exponent;
    }
  }
  return best;
}

// The format whose codebook `weight` has; nothing where it has another (a file that was edited, or
// a weight of nothing but zeros).
std::optional<FixedPoint> FormatOf(const QuantizedWeight& weight) {
  if (weight.bits < 2 || weight.bits > 16 || weight.codebook.size() < 3) return std::nullopt;
  int exponent = 0;
  const float mantissa = std::frexp(weight.codebook[2] - weight.codebook[1], &exponent);
  if (mantissa != 0.5f || exponent < -125 || exponent > 127) return std::nullopt;
  const FixedPoint format(weight.bits, weight.sparse(), exponent - 1);
  if (format.Codebook() != weight.codebook) return std::nullopt;
  return format;
}

class FixedPointConstraint : public StraightThroughConstraint {
 public:
  FixedPointConstraint(const FixedPoint& format, std::span<const float> original)
      : StraightThroughConstraint(original), format_(format) {}

 protected:
  void Round(std::span<float> latent, std::span<float> effective) const override {
    const FixedPoint format = format_;
    for (size_t i = 0; i < latent.size(); ++i) {
      const float inside = format.Clip(latent[i]);
      latent[i] = inside;
      effective[i] = format.Nearest(inside);
    }
  }

 private:
  FixedPoint format_;
};

class FixedPointPolicy : public Policy {
 public:
  PolicyInfo info() const override {
    return {"fixed_point", "Gupta, Agrawal, Gopalakrishnan and Narayanan 2015, arXiv 1502.02551",
            "integers times a power of two; at least 2 bits; fine-tuning trains latent weights"};
  }

  // One bit would leave no positive value.
  int EffectiveBits(int bits) const override { return std::max(bits, 2); }

  StatusOr<Fit> FitValues(std::span<const float> values,
                          const PolicyOptions& options) const override {
    const FixedPoint format(options.bits, options.sparse,
                            BestExponent(options.bits, options.sparse, values));
    Fit fit;
    fit.zero_first = options.sparse;
    fit.codebook = format.Codebook();
    fit.codes.reserve(values.size());
    for (const float value : values) fit.codes.push_back(format.Code(value));
    return fit;
  }

  ConstrainedWeight MakeConstraint(const QuantizedWeight& weight,
                                   std::span<const float> original) const override {
    const std::optional<FixedPoint> format = FormatOf(weight);
    if (!format) return MakeTiedWeight(weight);
    return {std::make_unique<FixedPointConstraint>(*format, original),
            {original.begin(), original.end()}};
  }

  QuantizedWeight Finish(const QuantizedWeight& weight,
                         std::span<const float> latent) const override {
    const std::optional<FixedPoint> format = FormatOf(weight);
    if (!format) return FinishTiedWeight(weight, latent);
    QuantizedWeight result = weight;
    for (size_t i = 0; i < latent.size(); ++i) result.codes[i] = format->Code(latent[i]);
    return result;
  }
};

const FixedPointPolicy policy;
const PolicyRegistration registration(&policy);

}  // namespace
}  // namespace dc
