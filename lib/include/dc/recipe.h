// Recipes: the options of every stage in one file (proto/recipe.proto in text format).
#ifndef DC_RECIPE_H_
#define DC_RECIPE_H_

#include <optional>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/encode.h"
#include "dc/prune.h"
#include "dc/quantize.h"
#include "dc/status.h"
#include "dc/train.h"

namespace dc {

// The learning rate of fine-tuning where none is given: a centroid's gradient is the sum over its
// hundreds of members, so rates are that much lower than in training.
inline constexpr double kFineTuneRate = 0.0002;

struct PruneStep {
  PruneOptions options;
  TrainOptions retrain;
};

struct QuantizeStep {
  QuantizeOptions options;
  TrainOptions fine_tune;
};

struct Recipe {
  std::string name;
  std::string model_path;  // resolved against the recipe's folder
  uint64_t seed = 1;
  Preprocess preprocess;
  // Stages that the recipe leaves out have no value.
  std::optional<TrainOptions> train;
  std::optional<PruneStep> prune;
  std::optional<QuantizeStep> quantize;
  EncodeOptions encode;
  std::optional<double> max_error_percent, max_error_increase, min_ratio;
  // Canonical text of what decides each stage's outcome: equal texts, equal outcomes.
  std::string input_text, train_text, prune_text, quantize_text;
};

// Reads `path` and applies `overrides`, each "FIELD.PATH=VALUE" ("prune.retrain.epochs=3").
// BadInput names line and column of a mistake; UsageError names an override that does not fit.
StatusOr<Recipe> LoadRecipe(const std::string& path, const std::vector<std::string>& overrides);

// Enumerations by the names that recipes and flags use ("sgd", "cosine", "gradual", "exact", ...).
// UsageError lists the names there are.
StatusOr<OptimizerKind> ParseOptimizer(const std::string& name);
StatusOr<ScheduleKind> ParseSchedule(const std::string& name);
StatusOr<PruneCriterion> ParseCriterion(const std::string& name);
StatusOr<PruneScheduleKind> ParsePruneSchedule(const std::string& name);

}  // namespace dc

#endif  // DC_RECIPE_H_
