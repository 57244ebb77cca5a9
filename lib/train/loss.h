// Softmax cross entropy and the errors of a batch.
#ifndef DC_TRAIN_LOSS_H_
#define DC_TRAIN_LOSS_H_

#include <cstdint>
#include <span>

namespace dc::train {

// Sums over samples.
struct LossSums {
  double loss = 0;          // cross entropy, in nats
  int64_t errors = 0;       // the label has not the greatest logit
  int64_t top5_errors = 0;  // nor one of the five greatest
  int64_t count = 0;

  void Add(const LossSums& other);
};

// Of `logits`, labels.size() rows of `classes` values. The target distribution of a row is
// (1 - smoothing) at its label plus smoothing / classes everywhere. `gradient`, if not empty,
// receives gradient_scale * (softmax(row) - target). Ties count as errors where the other class
// has the lower index; a row with a NaN is an error.
LossSums SoftmaxCrossEntropy(std::span<const float> logits, std::span<const int32_t> labels,
                             int64_t classes, double smoothing, double gradient_scale,
                             std::span<float> gradient);

}  // namespace dc::train

#endif  // DC_TRAIN_LOSS_H_
