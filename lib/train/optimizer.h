// How values move along their gradient.
#ifndef DC_TRAIN_OPTIMIZER_H_
#define DC_TRAIN_OPTIMIZER_H_

#include <cstdint>
#include <span>

#include "dc/train.h"

namespace dc::train {

// The settings of one step.
struct OptimizerStep {
  OptimizerKind kind = OptimizerKind::kSgd;
  double rate = 0.01;
  double momentum = 0.9;  // Adam's beta1
  double beta2 = 0.999;
  int64_t count = 1;       // steps done, this one included
  uint64_t seed = 1;       // of the run, for constraints that round at random
  double group_lasso = 0;  // TrainOptions::group_lasso
  double clip = 0;         // greatest length of the gradient of all parameters together; 0: any
};

// Arrays of a value's size that an optimizer keeps between steps: SGD 1 (velocity), the others 2
// (mean of the gradient, and its mean square or largest magnitude). They start as zeros.
int StateArrays(OptimizerKind kind);

// Moves `values` one step along `gradient` and updates `state0` and, for Adam, `state1`; all of one
// size.
//   SGD:  v = momentum * v + g;  w -= rate * v
//   Adam (Kingma and Ba 2015): m = b1 * m + (1 - b1) * g;  s = b2 * s + (1 - b2) * g^2;
//         w -= rate * (m / (1 - b1^count)) / (sqrt(s / (1 - b2^count)) + 1e-8)
//   AdaMax (the same, section 7.1): s = max(b2 * s, |g|);
//         w -= rate / (1 - b1^count) * m / (s + 1e-8)
//   shift-based AdaMax (Hubara et al. 2016, algorithm 4): the same with rate / (1 - b1^count) and
//         1 / (s + 2^-27) rounded to powers of two, so that products are shifts
void ApplyStep(const OptimizerStep& step, std::span<const float> gradient, std::span<float> values,
               std::span<float> state0, std::span<float> state1);

}  // namespace dc::train

#endif  // DC_TRAIN_OPTIMIZER_H_
