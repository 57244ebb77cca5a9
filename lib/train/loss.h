// Losses and the errors of a batch.
#ifndef DC_TRAIN_LOSS_H_
#define DC_TRAIN_LOSS_H_

#include <cstdint>
#include <span>
#include <string>

#include "data/target_spread.h"
#include "dc/train.h"

namespace dc::train {

// Sums over samples.
struct LossSums {
  double loss = 0;  // cross entropy in nats, squared hinge or squared error
  // What was wrong, and what that is a share of: samples by Verdict, and all samples; of targets
  // squared distances, from outputs and from means, to either of which numbers add up.
  double errors = 0, errors_of = 0;
  int64_t top5_errors = 0;  // by Verdict
  int64_t not_numbers = 0;  // samples with outputs that are no numbers
  int64_t count = 0;

  void Add(const LossSums& other);
  // The mean loss.
  double MeanLoss() const { return loss / static_cast<double>(count); }
  double ErrorPercent() const;
};

// What `sums` are, of a split whose samples have targets or labels.
EvalResult ResultOf(const LossSums& sums, bool targets);

// "loss 0.1234  error 5.67 %", or what targets have in place of these.
std::string LossText(const LossSums& sums, bool targets);

// Adds one row, judged by its label and `half` as Judge does; its loss is not known.
void CountRow(std::span<const float> row, int32_t label, float half, LossSums* sums);

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

// Regression, against rows of targets: the mean over a row's numbers of (output - target)^2. Its
// errors are shares of `spread`: a row with NaN or infinity among its outputs loses as much as all
// samples that are given their means, so that one such sample is an error of 100 % and sums stay
// numbers.
LossSums SquaredError(std::span<const float> outputs, std::span<const float> targets,
                      const TargetSpread& spread, double gradient_scale, std::span<float> gradient);

// Distillation (Hinton, Vinyals and Dean 2015, section 2): mixes into `gradient`, which holds that
// of the loss on labels, and returns what the loss becomes. Per row the divergence is
// KL(softmax(teacher / T) || softmax(logits / T)), times T^2.
double Distill(std::span<const float> logits, std::span<const float> teacher, int64_t classes,
               double share, double temperature, double gradient_scale, double loss,
               std::span<float> gradient);

// The same for regression: the mean over a row's numbers of (output - teacher)^2.
double Imitate(std::span<const float> outputs, std::span<const float> teacher, int64_t width,
               double share, double gradient_scale, double loss, std::span<float> gradient);

}  // namespace dc::train

#endif  // DC_TRAIN_LOSS_H_
