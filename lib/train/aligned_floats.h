// Float arrays that start on a cache line, zero-filled.
#ifndef DC_TRAIN_ALIGNED_FLOATS_H_
#define DC_TRAIN_ALIGNED_FLOATS_H_

#include <cstddef>
#include <span>
#include <vector>

namespace dc::train {

// A fixed-size float array, aligned to 64 bytes.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  // `size` zeros.
  explicit AlignedFloats(size_t size) : lines_((size + 15) / 16), size_(size) {}

  size_t size() const { return size_; }
  float* data() { return reinterpret_cast<float*>(lines_.data()); }
  const float* data() const { return reinterpret_cast<const float*>(lines_.data()); }
  std::span<float> span() { return {data(), size_}; }
  std::span<const float> span() const { return {data(), size_}; }

 private:
  struct alignas(64) Line {
    float values[16] = {};
  };
  std::vector<Line> lines_;
  size_t size_ = 0;
};

}  // namespace dc::train

#endif  // DC_TRAIN_ALIGNED_FLOATS_H_
