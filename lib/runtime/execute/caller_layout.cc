#include "runtime/execute/caller_layout.h"

#include <algorithm>
#include <cstdlib>

#include "runtime/kernels/lane_transpose.h"

namespace dc::runtime {

CallerLayout::CallerLayout(const op::Shape& whole) {
  for (int64_t d : whole) {
    if (d < 0) {
      outer_ = inner_;
      inner_ = 1;
      has_batch_ = true;
    }
    inner_ *= static_cast<size_t>(std::abs(d));
  }
}

uint64_t CallerLayout::Floats(int64_t batch) const {
  const uint64_t sample = uint64_t{outer_} * inner_;
  if (!has_batch_) return sample;
  const uint64_t samples = static_cast<uint64_t>(batch);
  return samples > UINT64_MAX / sample ? UINT64_MAX : sample * samples;
}

void CallerLayout::ToLanes(const float* buffer, int64_t batch, size_t first, size_t count,
                           size_t lanes, float* values) const {
  if (!has_batch_) {
    // The same for every sample.
    for (size_t i = 0; i < inner_; ++i) std::fill_n(values + i * lanes, lanes, buffer[i]);
    return;
  }
  for (size_t o = 0; o < outer_; ++o) {
    const float* from = buffer + (o * static_cast<size_t>(batch) + first) * inner_;
    runtime::ToLanes(from, count, inner_, lanes, values + o * inner_ * lanes);
  }
}

void CallerLayout::FromLanes(const float* values, int64_t batch, size_t first, size_t count,
                             size_t lanes, float* buffer) const {
  if (!has_batch_) {
    if (first == 0) runtime::FromLanes(values, 1, inner_, lanes, buffer);
    return;
  }
  for (size_t o = 0; o < outer_; ++o) {
    float* to = buffer + (o * static_cast<size_t>(batch) + first) * inner_;
    runtime::FromLanes(values + o * inner_ * lanes, count, inner_, lanes, to);
  }
}

}  // namespace dc::runtime
