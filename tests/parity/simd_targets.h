// Runs a check on every SIMD target that this build contains and this machine can execute.
#ifndef DC_TESTS_PARITY_SIMD_TARGETS_H_
#define DC_TESTS_PARITY_SIMD_TARGETS_H_

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "base/rng.h"
#include "hwy/highway.h"
#include "hwy/targets.h"

namespace dc::runtime {

// Calls check() once per target, dispatch being restricted to it; failures name the target.
inline void OnEveryTarget(const std::function<void()>& check) {
  hwy::SetSupportedTargetsForTest(0);
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    check();
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    if (testing::Test::HasFatalFailure()) return;
  }
}

inline std::vector<float> RandomFloats(size_t count, Rng& rng) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(rng.Normal());
  return values;
}

// Scales of rows; not above 1, so that errors do not grow.
inline std::vector<float> RandomScales(size_t count, Rng& rng) {
  std::vector<float> scales(count);
  for (float& scale : scales) scale = static_cast<float>(2 * rng.Uniform() - 1);
  return scales;
}

// Puts NaN and both infinities in between.
inline void MakeSomeNotFinite(std::vector<float>* values, Rng& rng) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity}) {
    (*values)[rng.Below(static_cast<uint32_t>(values->size()))] = odd;
  }
}

// Expects two numbers to be equal, NaN being equal to itself.
inline void ExpectSame(float actual, float expected) {
  EXPECT_TRUE(actual == expected || (std::isnan(actual) && std::isnan(expected)))
      << actual << " instead of " << expected;
}

// Expects two sums of the same terms in float: they differ by a few roundings of each partial sum,
// at most epsilon times the sum of the terms' magnitudes per term. Sums that are not finite are
// the same.
inline void ExpectSameSum(float actual, float expected, float magnitudes, size_t terms) {
  if (!std::isfinite(magnitudes)) return ExpectSame(actual, expected);
  const float bound = 1.2e-7f * (magnitudes + 1.0f) * (std::sqrt(static_cast<float>(terms)) + 4);
  EXPECT_NEAR(actual, expected, bound);
}

}  // namespace dc::runtime

#endif  // DC_TESTS_PARITY_SIMD_TARGETS_H_
