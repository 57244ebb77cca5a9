// How the batch of an input or output lies in the caller's buffer, and the way to the operators'
// lanes.
#ifndef DC_RUNTIME_EXECUTE_CALLER_LAYOUT_H_
#define DC_RUNTIME_EXECUTE_CALLER_LAYOUT_H_

#include <cstddef>
#include <cstdint>

#include "op/shape.h"

namespace dc::runtime {

// The caller's buffer is outer x batch x inner, row-major: the batch is in the place that the shape
// gives it. A sample is outer x inner.
class CallerLayout {
 public:
  explicit CallerLayout(const op::Shape& whole);

  // Floats of a buffer for `batch` samples, UINT64_MAX where there are more than that. What has no
  // batch is there once.
  uint64_t Floats(int64_t batch) const;

  // The samples from `first` on, `count` of them, side by side in `lanes` lanes. Lanes beyond them
  // are 0.
  void ToLanes(const float* buffer, int64_t batch, size_t first, size_t count, size_t lanes,
               float* values) const;
  // The other way round.
  void FromLanes(const float* values, int64_t batch, size_t first, size_t count, size_t lanes,
                 float* buffer) const;

 private:
  bool has_batch_ = false;
  size_t outer_ = 1, inner_ = 1;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_EXECUTE_CALLER_LAYOUT_H_
