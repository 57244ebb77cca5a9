// What a file may ask for, per sample: far above any network of its size (docs/limits.md).
#ifndef DC_RUNTIME_PLAN_LIMITS_H_
#define DC_RUNTIME_PLAN_LIMITS_H_

#include <algorithm>
#include <cstdint>

namespace dc::runtime {

// Work in the units of WorkOf (operators/work.h), for a file of `bytes`.
inline constexpr double MaxWork(uint64_t bytes) {
  return double{1u << 30} + double{1u << 20} * static_cast<double>(bytes);
}
// Bytes of activations.
inline constexpr uint64_t MaxActivationBytes(uint64_t bytes) {
  return std::min((uint64_t{1} << 26) + (std::min<uint64_t>(bytes, 1u << 30) << 16),
                  uint64_t{1} << 32);
}

}  // namespace dc::runtime

#endif  // DC_RUNTIME_PLAN_LIMITS_H_
