#include "entropy/common/logistic.h"

namespace dc {
namespace {

// Of e, to the powers that follow: products of them are far more exact than the entries need, and
// take no table of the C library, which is larger than the code of a decoder.
constexpr double kPowerOfMinus11 = 1.67017007902456593e-5;  // the least odds
constexpr double kPowerOf1In128 = 1.00784309720644798;      // from one step of log odds to the next
constexpr double kPowerOf1In256 = 1.00391388933834757;

}  // namespace

Logistic::Logistic() {
  double odds = kPowerOfMinus11;
  for (uint16_t& squash : squash_) {
    squash = static_cast<uint16_t>(65536.0 * odds / (1.0 + odds) + 0.5);
    odds *= kPowerOf1In128;
  }
  // Odds from which on the log odds are rounded to the next step.
  double bound = kPowerOfMinus11 * kPowerOf1In256;
  int stretch = -kLogOddsLimit;
  for (size_t p = 0; p < stretch_.size(); ++p) {
    const double ones = static_cast<double>(p) + 0.5;
    for (; ones >= bound * (4096.0 - ones); ++stretch) bound *= kPowerOf1In128;
    stretch_[p] = static_cast<int16_t>(stretch);
  }
  for (uint32_t n = 0; n < kRates; ++n) rates_[n] = static_cast<uint16_t>(131072 / (2 * n + 3));
}

const Logistic& Logistic::Get() {
  static const Logistic tables;
  return tables;
}

}  // namespace dc
