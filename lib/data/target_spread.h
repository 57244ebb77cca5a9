// How far the targets of samples lie apart: what errors of a regression are shares of.
#ifndef DC_DATA_TARGET_SPREAD_H_
#define DC_DATA_TARGET_SPREAD_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/data.h"
#include "dc/status.h"

namespace dc {

struct TargetSpread {
  std::vector<double> means;  // of each number of a target over the samples
  double squares = 0;         // sum over samples and numbers of (target - mean)^2
  // Of each number, the mean over all of them.
  double variance = 0;

  // The sample's part of `squares`.
  double SquaresOf(std::span<const float> target) const;
};

// Of the samples `indices` of `split`, whose targets `data` describes. BadInput where all samples
// have the same targets, or there is none: no error is a share of a variance of zero.
StatusOr<TargetSpread> SpreadOfTargets(const Dataset& data, const Split& split,
                                       std::span<const uint32_t> indices);
// Of all samples of `split`.
StatusOr<TargetSpread> SpreadOfTargets(const Dataset& data, const Split& split);

// The target of sample `index` of `split`.
inline std::span<const float> TargetOf(const Dataset& data, const Split& split, size_t index) {
  const auto size = static_cast<size_t>(data.target_size());
  return std::span(split.targets).subspan(index * size, size);
}

}  // namespace dc

#endif  // DC_DATA_TARGET_SPREAD_H_
