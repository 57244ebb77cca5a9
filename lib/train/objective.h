// What a network is to give for the samples of a split: labels or targets, and the loss of its
// outputs against them.
#ifndef DC_TRAIN_OBJECTIVE_H_
#define DC_TRAIN_OBJECTIVE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "data/target_spread.h"
#include "dc/data.h"
#include "dc/status.h"
#include "dc/train.h"
#include "train/loss.h"

namespace dc::train {

// The one place that tells labels and targets apart when losses are computed. Only reads: threads
// share one.
class Objective {
 public:
  // For samples `indices` of `split`: errors of targets are shares of the variance of theirs. The
  // loss is that of `options`, of which nothing but loss, label_smoothing, teacher_share and
  // temperature counts. Data and split must outlive it. BadInput where all targets are the same.
  static StatusOr<Objective> Make(const Dataset& data, const Split& split,
                                  std::span<const uint32_t> indices, const TrainOptions& options);

  // Sums over samples `indices`, whose rows are in `outputs`. `gradient`, if not empty, receives
  // the gradient times `gradient_scale`.
  LossSums Of(std::span<const uint32_t> indices, std::span<const float> outputs,
              double gradient_scale, std::span<float> gradient) const;

  // Mixes what a teacher gives for the same samples into `gradient`, which is that of Of, and
  // returns what `loss`, the sum of Of, becomes.
  double WithTeacher(std::span<const float> outputs, std::span<const float> teacher,
                     int64_t samples, double gradient_scale, double loss,
                     std::span<float> gradient) const;

  // What makes a loss large or small: a nat, or the variance of the targets.
  double unit() const { return unit_; }

 private:
  const Dataset* data_ = nullptr;
  const Split* split_ = nullptr;
  LossKind kind_ = LossKind::kCrossEntropy;
  double smoothing_ = 0, teacher_share_ = 0, temperature_ = 1, unit_ = 1;
  TargetSpread spread_;  // empty with labels
};

}  // namespace dc::train

#endif  // DC_TRAIN_OBJECTIVE_H_
