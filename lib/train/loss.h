// Losses and the errors of a batch.
#ifndef DC_TRAIN_LOSS_H_
#define DC_TRAIN_LOSS_H_

#include <cstdint>
#include <span>

namespace dc::train {

// Sums over samples.
struct LossSums {
  double loss = 0;          // cross entropy in nats, or squared hinge
  int64_t errors = 0;       // by Verdict
  int64_t top5_errors = 0;  // likewise
  int64_t not_numbers = 0;  // likewise
  int64_t count = 0;

  void Add(const LossSums& other);
};

// Of `logits`, labels.size() rows of `classes` values. `gradient`, if not empty, receives the
// gradient times `gradient_scale`.
// Several classes: softmax cross entropy. The target distribution of a row is (1 - smoothing) at
// its label plus smoothing / classes everywhere; the gradient is softmax(row) - target. One value
// z, for labels 0 and 1: binary cross entropy, log(1 + exp(z)) - target * z with target = (1 -
// smoothing) * label + smoothing / 2; the gradient is sigmoid(z) - target.
LossSums CrossEntropy(std::span<const float> logits, std::span<const int32_t> labels,
                      int64_t classes, double smoothing, double gradient_scale,
                      std::span<float> gradient);

// The same arguments; several classes, with t = 1 for the label and -1 for the others: the mean
// over classes of max(0, 1 - t z)^2 (L2-SVM; Tang 2013, arXiv 1306.0239). Binary networks train
// with it.
LossSums SquaredHinge(std::span<const float> logits, std::span<const int32_t> labels,
                      int64_t classes, double gradient_scale, std::span<float> gradient);

// Distillation (Hinton, Vinyals and Dean 2015, section 2): mixes into `gradient`, which holds that
// of the loss on labels, and returns what the loss becomes. Per row the divergence is
// KL(softmax(teacher / T) || softmax(logits / T)), times T^2.
double Distill(std::span<const float> logits, std::span<const float> teacher, int64_t classes,
               double share, double temperature, double gradient_scale, double loss,
               std::span<float> gradient);

}  // namespace dc::train

#endif  // DC_TRAIN_LOSS_H_
