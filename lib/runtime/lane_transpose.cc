#include "runtime/lane_transpose.h"

#include <algorithm>

namespace dc::runtime {
namespace {

// Values of a sample that are moved before the next sample's: one cache line of each is touched.
constexpr size_t kTile = 16;

}  // namespace

void ToLanes(const float* in, size_t samples, size_t size, size_t lanes, float* out) {
  if (lanes == 1) {
    std::copy(in, in + size, out);
    return;
  }
  for (size_t first = 0; first < size; first += kTile) {
    const size_t count = std::min(kTile, size - first);
    for (size_t s = 0; s < lanes; ++s) {
      float* to = out + first * lanes + s;
      for (size_t i = 0; i < count; ++i) {
        to[i * lanes] = s < samples ? in[s * size + first + i] : 0.0f;
      }
    }
  }
}

void FromLanes(const float* in, size_t samples, size_t size, size_t lanes, float* out) {
  for (size_t first = 0; first < size; first += kTile) {
    const size_t count = std::min(kTile, size - first);
    for (size_t s = 0; s < samples; ++s) {
      for (size_t i = 0; i < count; ++i) out[s * size + first + i] = in[(first + i) * lanes + s];
    }
  }
}

}  // namespace dc::runtime
