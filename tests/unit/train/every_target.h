// Runs kernels on every instruction set that this machine has.
#ifndef DC_TESTS_UNIT_TRAIN_EVERY_TARGET_H_
#define DC_TESTS_UNIT_TRAIN_EVERY_TARGET_H_

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdint>
#include <functional>

#include "base/rng.h"
#include "train/aligned_floats.h"

namespace dc::train {

// Calls check() once for each instruction set, with the dispatch restricted to it.
inline void OnEveryTarget(const std::function<void()>& check) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    SCOPED_TRACE(hwy::TargetName(target));
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

inline AlignedFloats RandomFloats(size_t count, uint64_t seed) {
  AlignedFloats values(count);
  Rng rng(seed);
  for (float& v : values.span()) v = static_cast<float>(rng.Normal());
  return values;
}

}  // namespace dc::train

#endif  // DC_TESTS_UNIT_TRAIN_EVERY_TARGET_H_
