// What normalizations over the values of a sample share: those of layers, instances and groups.
#ifndef DC_OP_NORMALIZATION_H_
#define DC_OP_NORMALIZATION_H_

#include "op/operator.h"

namespace dc::op {

inline constexpr InputSpec kNormalizationInputs[] = {
    {"x"}, {"scale", Role::kScale}, {"bias", Role::kBias}};

// The type that means are computed in: float32.
inline constexpr OnnxOnly kNormalizationOnnxOnly[] = {
    {.name = "stash_type", .fixed = true, .number = 1}};

// Unsupported where the batch is among `normalized`, the dimensions that are normalized over.
inline Status CheckNormalized(std::span<const int64_t> normalized) {
  for (int64_t d : normalized) {
    if (d < 0) return AcrossBatch("normalizes");
  }
  return OkStatus();
}

}  // namespace dc::op

#endif  // DC_OP_NORMALIZATION_H_
