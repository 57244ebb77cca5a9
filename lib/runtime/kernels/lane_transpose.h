// Between the caller's layout, one sample after the other, and the operators', samples side by
// side.
#ifndef DC_RUNTIME_KERNELS_LANE_TRANSPOSE_H_
#define DC_RUNTIME_KERNELS_LANE_TRANSPOSE_H_

#include <cstddef>

namespace dc::runtime {

// out[i * lanes + s] = in[s * size + i] for s < samples, and 0 for samples <= s < lanes.
void ToLanes(const float* in, size_t samples, size_t size, size_t lanes, float* out);

// out[s * size + i] = in[i * lanes + s] for s < samples.
void FromLanes(const float* in, size_t samples, size_t size, size_t lanes, float* out);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_LANE_TRANSPOSE_H_
