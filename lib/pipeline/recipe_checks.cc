#include "pipeline/recipe_checks.h"

#include "base/text_table.h"
#include "dc/encode.h"
#include "dc/prune.h"
#include "dc/quantize.h"
#include "train/trainer.h"

namespace dc {

std::vector<std::pair<const char*, const TrainOptions*>> TrainingsOf(const Recipe& recipe) {
  std::vector<std::pair<const char*, const TrainOptions*>> trainings;
  if (recipe.train) trainings.emplace_back("train", &*recipe.train);
  if (recipe.prune) trainings.emplace_back("prune.retrain", &recipe.prune->retrain);
  if (recipe.quantize) trainings.emplace_back("quantize.fine_tune", &recipe.quantize->fine_tune);
  return trainings;
}

Status CheckRecipe(const Recipe& recipe, const Graph& graph, const Dataset* data) {
  Graph valued = graph;
  for (const ValueInfo& parameter : graph.uninitialized) {
    valued.initializers[parameter.name] = Tensor::Zeros(parameter.type, parameter.shape);
  }
  valued.uninitialized.clear();
  DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(valued.metadata));
  for (const auto& [stage, training] : TrainingsOf(recipe)) {
    if (data == nullptr) break;  // nothing trains then (CheckDataGiven)
    TrainOptions checked = *training;
    if (checked.teacher == kDenseTeacher) checked.teacher.clear();  // it is still to be made
    const Status status = CheckTraining(valued, *data, preprocess, checked);
    if (!status.ok()) return status.At(std::string("the recipe's ") + stage);
  }
  if (recipe.prune) DC_RETURN_IF_ERROR(recipe.prune->options.amounts.CheckKeys(valued));
  if (recipe.quantize) {
    const QuantizeOptions& options = recipe.quantize->options;
    DC_RETURN_IF_ERROR(options.method.name.empty() ? CheckQuantizeOptions(options, valued)
                                                   : CheckMethodOptions(options.method, valued));
  }
  return CheckEncodeOptions(recipe.encode, valued);
}

Status CheckGoal(const Recipe& recipe, const Report& report) {
  std::string missed;
  const auto miss = [&](const std::string& text) { missed += (missed.empty() ? "" : "; ") + text; };
  const double error = report.error_percent.value_or(100);
  if (recipe.max_error_percent && error > *recipe.max_error_percent + 1e-9) {
    miss("error " + Fixed(error, 2) + " % is above " + Fixed(*recipe.max_error_percent, 2) + " %");
  }
  if (recipe.max_error_increase && report.baseline_error_percent &&
      error > *report.baseline_error_percent + *recipe.max_error_increase + 1e-9) {
    miss("error " + Fixed(error, 2) + " % is more than " + Fixed(*recipe.max_error_increase, 2) +
         " points above the dense model's " + Fixed(*report.baseline_error_percent, 2) + " %");
  }
  if (recipe.min_ratio && report.ratio() < *recipe.min_ratio) {
    miss("ratio " + Fixed(report.ratio(), 2) + "x is below " + Fixed(*recipe.min_ratio, 2) + "x");
  }
  if (missed.empty()) return OkStatus();
  return GoalNotMet("the recipe's goal is not met: " + missed, recipe.name,
                    "all files are kept; keep more weights or bits, or retrain longer");
}

Status CheckDataGiven(const Recipe& recipe, const Dataset* data) {
  if (data != nullptr) return OkStatus();
  const bool trains = recipe.train || (recipe.prune && recipe.prune->retrain.epochs > 0) ||
                      (recipe.quantize && (recipe.quantize->fine_tune.epochs > 0 ||
                                           !recipe.quantize->options.method.name.empty()));
  const bool has_goal = recipe.max_error_percent || recipe.max_error_increase;
  if (!trains && !has_goal) return OkStatus();
  return UsageError(trains ? "the recipe trains, and there is no data"
                           : "the recipe's goal is an error, and there is no data to measure it",
                    recipe.name, "give --data");
}

}  // namespace dc
