#include "train/objective.h"

namespace dc::train {

StatusOr<Objective> Objective::Make(const Dataset& data, const Split& split,
                                    std::span<const uint32_t> indices,
                                    const TrainOptions& options) {
  Objective objective;
  objective.data_ = &data;
  objective.split_ = &split;
  objective.kind_ = options.loss;
  objective.smoothing_ = options.label_smoothing;
  objective.teacher_share_ = options.teacher_share;
  objective.temperature_ = options.temperature;
  if (data.has_targets()) {
    DC_ASSIGN_OR_RETURN(objective.spread_, SpreadOfTargets(data, split, indices));
    objective.unit_ = objective.spread_.variance;
  }
  return objective;
}

LossSums Objective::Of(std::span<const uint32_t> indices, std::span<const float> outputs,
                       double gradient_scale, std::span<float> gradient) const {
  const auto width = static_cast<int64_t>(outputs.size() / indices.size());
  if (data_->has_targets()) {
    std::vector<float> targets;
    targets.reserve(outputs.size());
    for (const uint32_t i : indices) {
      const std::span<const float> target = TargetOf(*data_, *split_, i);
      targets.insert(targets.end(), target.begin(), target.end());
    }
    return SquaredError(outputs, targets, spread_, gradient_scale, gradient);
  }
  std::vector<int32_t> labels(indices.size());
  for (size_t i = 0; i < indices.size(); ++i) labels[i] = split_->labels[indices[i]];
  if (kind_ == LossKind::kSquaredHinge && width > 1) {
    return SquaredHinge(outputs, labels, width, gradient_scale, gradient);
  }
  return CrossEntropy(outputs, labels, width, smoothing_, gradient_scale, gradient);
}

double Objective::WithTeacher(std::span<const float> outputs, std::span<const float> teacher,
                              int64_t samples, double gradient_scale, double loss,
                              std::span<float> gradient) const {
  const int64_t width = static_cast<int64_t>(outputs.size()) / samples;
  if (data_->has_targets()) {
    return Imitate(outputs, teacher, width, teacher_share_, gradient_scale, loss, gradient);
  }
  return Distill(outputs, teacher, width, teacher_share_, temperature_, gradient_scale, loss,
                 gradient);
}

}  // namespace dc::train
