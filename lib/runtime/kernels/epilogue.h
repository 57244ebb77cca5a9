// What kernels do to the sum of a row before they store it.
#ifndef DC_RUNTIME_KERNELS_EPILOGUE_H_
#define DC_RUNTIME_KERNELS_EPILOGUE_H_

#include <algorithm>
#include <cstddef>
#include <limits>

#include "runtime/kernels/build.h"

namespace dc::runtime {

// y = min(max(scale[row] * sum + bias[row], low), high), NaN where the sum is. The scale is a
// folded batch normalization's; ReLU is low = 0.
struct Epilogue {
  const float* scale = nullptr;  // one number per row; null: 1
  const float* bias = nullptr;   // one number per row
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  // Builds for size merge no batch normalization into layers, and have no code for it.
  bool has_scale() const { return !kForSize && scale != nullptr; }
  // In this order both return v where it is NaN.
  float Limit(float v) const { return std::min(std::max(v, low), high); }
  float operator()(size_t row, float sum) const {
    if (has_scale()) sum *= scale[row];
    return Limit(sum + bias[row]);
  }
  // The same for rows that are counted from `row` on.
  Epilogue From(size_t row) const {
    return {scale == nullptr ? nullptr : scale + row, bias + row, low, high};
  }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_EPILOGUE_H_
