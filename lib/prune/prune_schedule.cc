#include <algorithm>
#include <cmath>

#include "dc/prune.h"

namespace dc {

double PruneExtent(const PruneOptions& options, double progress) {
  progress = std::clamp(progress, 0.0, 1.0);
  switch (options.schedule) {
    case PruneScheduleKind::kOneShot:
      return 1;
    case PruneScheduleKind::kIterative: {
      // Progress that was computed as rounds / steps must count all of these rounds.
      constexpr double kRounding = 1e-9;
      const double steps = std::max(options.steps, 1);
      return std::min(1.0, std::floor(progress * steps + kRounding) / steps);
    }
    case PruneScheduleKind::kGradual: {
      const double t = progress < options.ramp ? progress / options.ramp : 1;
      return 1 - (1 - t) * (1 - t) * (1 - t);
    }
  }
  return 1;
}

}  // namespace dc
