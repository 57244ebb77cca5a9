// NumPy broadcasting of operands to the shape of a result.
#ifndef DC_TRAIN_BUILD_BROADCAST_H_
#define DC_TRAIN_BUILD_BROADCAST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dc::train {

// How the values of N operands meet in those of a result; all are row-major.
template <size_t N>
class Broadcast {
 public:
  using Shape = std::vector<int64_t>;
  using Offsets = std::array<int64_t, N>;
  static constexpr size_t kMaxRank = 8;

  // Precondition: each of `operands` broadcasts to `result`, of at most kMaxRank dimensions.
  Broadcast(const Shape& result, const std::array<Shape, N>& operands) {
    Offsets stride;
    stride.fill(1);
    for (size_t back = 1; back <= result.size(); ++back) {
      Offsets steps{};
      for (size_t i = 0; i < N; ++i) {
        const Shape& own = operands[i];
        const int64_t extent = back <= own.size() ? own[own.size() - back] : 1;
        steps[i] = extent == 1 ? 0 : stride[i];
        stride[i] *= extent;
      }
      AddOuter(result[result.size() - back], steps);
    }
    if (rank_ == 0) AddOuter(1, Offsets{});
  }

  // Calls visit(at, from, count) for every row of the result: its values begin at `at`, those of
  // operand i at from[i], and step(i) apart.
  template <typename Visit>
  void ForEachRow(Visit visit) const {
    std::array<int64_t, kMaxRank> index{};
    Offsets from{};
    for (int64_t at = 0;; at += extents_[0]) {
      visit(at, from, extents_[0]);
      size_t d = 1;
      for (; d < rank_; ++d) {
        for (size_t i = 0; i < N; ++i) from[i] += steps_[d][i];
        if (++index[d] < extents_[d]) break;
        for (size_t i = 0; i < N; ++i) from[i] -= steps_[d][i] * extents_[d];
        index[d] = 0;
      }
      if (d >= rank_) return;
    }
  }

  // 0 where operand i is the same all along a row, else 1.
  int64_t step(size_t i) const { return steps_[0][i]; }

 private:
  // Adds a dimension before those that are known, or makes the first of them longer where every
  // operand goes on as it does there.
  void AddOuter(int64_t extent, const Offsets& steps) {
    if (extent == 1 && rank_ > 0) return;
    if (rank_ > 0 && extents_[rank_ - 1] == 1) {
      --rank_;
    } else if (rank_ > 0) {
      bool goes_on = true;
      for (size_t i = 0; i < N; ++i) {
        goes_on &= steps[i] == steps_[rank_ - 1][i] * extents_[rank_ - 1];
      }
      if (goes_on) {
        extents_[rank_ - 1] *= extent;
        return;
      }
    }
    extents_[rank_] = extent;
    steps_[rank_++] = steps;
  }

  size_t rank_ = 0;
  std::array<int64_t, kMaxRank> extents_{};  // the last dimension first
  std::array<Offsets, kMaxRank> steps_{};
};

}  // namespace dc::train

#endif  // DC_TRAIN_BUILD_BROADCAST_H_
