#include "runtime/kernels/depthwise.h"

namespace dc::runtime {

namespace {

void Plane(const DepthwiseShape& shape, const float* filter, const Epilogue& epilogue,
           const float* x, float* y) {
  const DepthwiseAxis &down = shape.y, &along = shape.x;
  const size_t lanes = shape.lanes;
  for (size_t oy = 0; oy < down.out; ++oy) {
    for (size_t ox = 0; ox < along.out; ++ox) {
      for (size_t l = 0; l < lanes; ++l) {
        float sum = 0;
        for (size_t ky = 0; ky < down.kernel; ++ky) {
          for (size_t kx = 0; kx < along.kernel; ++kx) {
            // What is left of the plane or above it becomes a huge number.
            const size_t iy = oy * down.stride + ky * down.dilation - down.pad;
            const size_t ix = ox * along.stride + kx * along.dilation - along.pad;
            if (iy >= down.in || ix >= along.in) continue;
            sum += filter[ky * along.kernel + kx] * x[(iy * along.in + ix) * lanes + l];
          }
        }
        y[(oy * along.out + ox) * lanes + l] = epilogue(0, sum);
      }
    }
  }
}

}  // namespace

void DepthwisePlanesRef(const DepthwiseShape& shape, size_t begin, size_t end, const float* filters,
                        const Epilogue& epilogue, const float* x, float*, float* y) {
  for (size_t f = begin; f < end; ++f) {
    Plane(shape, filters + f * shape.taps(), epilogue.From(f),
          x + f / shape.filters_per_channel * shape.in_size(), y + f * shape.out_size());
  }
}

}  // namespace dc::runtime
