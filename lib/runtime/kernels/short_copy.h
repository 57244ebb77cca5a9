// Copying and clearing runs of floats that are mostly too short for a call of memcpy to pay.
#ifndef DC_RUNTIME_KERNELS_SHORT_COPY_H_
#define DC_RUNTIME_KERNELS_SHORT_COPY_H_

#include <cstddef>
#include <cstring>

namespace dc::runtime {

// Floats from which on a call pays.
inline constexpr size_t kLongCopy = 64;

// `from` and `to` do not overlap.
inline void CopyFloats(const float* from, size_t count, float* to) {
  if (count >= kLongCopy) {
    std::memcpy(to, from, count * sizeof(float));
    return;
  }
  size_t i = 0;
  for (; i + 4 <= count; i += 4) std::memcpy(to + i, from + i, 4 * sizeof(float));
  for (; i < count; ++i) to[i] = from[i];
}

inline void ClearFloats(float* to, size_t count) {
  if (count >= kLongCopy) {
    std::memset(to, 0, count * sizeof(float));
    return;
  }
  for (size_t i = 0; i < count; ++i) to[i] = 0;
}

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_SHORT_COPY_H_
