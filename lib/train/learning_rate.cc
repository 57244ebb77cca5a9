#include "train/learning_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dc::train {

double LearningRate(const TrainOptions& options, int64_t step, int64_t steps_per_epoch) {
  const int64_t epoch = step / steps_per_epoch;
  const int64_t warmup = options.warmup_epochs * steps_per_epoch;
  const int64_t total = options.epochs * steps_per_epoch;
  double factor = 1.0;
  switch (options.schedule) {
    case ScheduleKind::kConstant:
      break;
    case ScheduleKind::kStep:
      factor = std::pow(options.decay, static_cast<double>(epoch / options.step_epochs));
      break;
    case ScheduleKind::kExponential:
      factor = std::pow(options.decay, static_cast<double>(epoch));
      break;
    case ScheduleKind::kCosine: {
      const double t = static_cast<double>(std::max<int64_t>(step - warmup, 0)) /
                       static_cast<double>(std::max<int64_t>(total - warmup, 1));
      factor = options.final_rate +
               (1 - options.final_rate) * 0.5 * (1 + std::cos(std::numbers::pi * t));
      break;
    }
  }
  if (step < warmup) factor *= static_cast<double>(step + 1) / static_cast<double>(warmup);
  return options.learning_rate * factor;
}

}  // namespace dc::train
