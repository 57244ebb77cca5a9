// Learning-rate schedules.
#ifndef DC_TRAIN_LEARNING_RATE_H_
#define DC_TRAIN_LEARNING_RATE_H_

#include <cstdint>

#include "dc/train.h"

namespace dc::train {

// The rate of step `step` (over the whole run, from 0) at `steps_per_epoch`. With e = the epoch
// (from 0) that the step belongs to and t = the share of the run after warm-up that is done:
//   constant: 1        step: decay^floor(e / step_epochs)        exponential: decay^e
//   cosine:   final_rate + (1 - final_rate) * (1 + cos(pi * t)) / 2, moving every step
// times learning_rate. During warm-up the rate is also multiplied by (step + 1) / warm-up steps.
double LearningRate(const TrainOptions& options, int64_t step, int64_t steps_per_epoch);

}  // namespace dc::train

#endif  // DC_TRAIN_LEARNING_RATE_H_
