// Recipes: the options of every stage in one file (proto/recipe.proto in text format).
#ifndef DC_RECIPE_H_
#define DC_RECIPE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dc/data.h"
#include "dc/encode.h"
#include "dc/onnx.h"
#include "dc/prune.h"
#include "dc/quantize.h"
#include "dc/report.h"
#include "dc/status.h"
#include "dc/train.h"

namespace dc {

// A recipe's TrainOptions::teacher that means the model before pruning, trained.onnx.
inline constexpr char kDenseTeacher[] = "dense";

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
  std::string model_path;  // resolved against the recipe's folder; "" where there are blocks
  // Layers and filters of the blocks of a network that is described by them; else empty.
  std::vector<std::pair<int, int>> blocks;
  uint64_t seed = 1;
  InputShapes input_shapes;
  Preprocess preprocess;
  // Stages that the recipe leaves out have no value.
  std::optional<TrainOptions> train;
  std::optional<PruneStep> prune;
  std::optional<QuantizeStep> quantize;
  EncodeOptions encode;
  std::vector<PublishedPoint> published;  // what a report compares with
  std::optional<double> max_error_percent, max_error_increase, min_ratio;
  // Canonical text of what decides each stage's outcome: equal texts, equal outcomes.
  std::string input_text, train_text, prune_text, quantize_text;
};

// Reads `path`, or makes a recipe that quantizes the ONNX model `path` (*.onnx), and applies
// `overrides`, each "FIELD.PATH=VALUE" ("prune.retrain.epochs=3"). Where `calibrate` is not "", the
// stages that prune and quantize calibrate with these samples (PruneOptions, QuantizeOptions).
// BadInput names line and column of a mistake; UsageError names an override that does not fit, and
// the first field with a value that is not allowed.
StatusOr<Recipe> LoadRecipe(const std::string& path, const std::vector<std::string>& overrides,
                            const std::string& calibrate = "");

// The recipe that LoadRecipe reads, overrides included, as text that reads the same from any
// folder: its files are named in full.
StatusOr<std::string> RecipeText(const std::string& path, const std::vector<std::string>& overrides,
                                 const std::string& calibrate = "");

// The stages whose settings are fields of a recipe.
enum class StageKind { kTrain, kPrune, kQuantize, kEncode };

// A field of a recipe as a flag of a tool, without the dashes in front.
struct SettingFlag {
  std::string name;        // "batch-size"
  std::string value_name;  // what --help calls the value; may be ""
  std::string initial;     // the value without the flag; "" where there is none to show
  std::string help;
  bool is_switch = false;  // it has no value
  std::vector<std::string>
      values;  // those of a choice; a setting per layer takes "LAYER=VALUE", too
};

// The flags of a stage, those of its training among them, in the order of proto/recipe.proto.
std::vector<SettingFlag> FlagsOf(StageKind stage);

// Flags that were given, by name without dashes, and their values ("true" for a switch).
using FlagValues = std::vector<std::pair<std::string, std::string>>;

// Options from flags; what is not given has the recipe's default. UsageError for the first value
// that is not allowed: it names the flag and what is.
StatusOr<TrainOptions> TrainOptionsOf(const FlagValues& values, uint64_t seed);
StatusOr<PruneStep> PruneStepOf(const FlagValues& values, uint64_t seed);
StatusOr<QuantizeStep> QuantizeStepOf(const FlagValues& values, uint64_t seed);
// Training by a method: flags of kTrain, where what is not given is as the method has it.
StatusOr<QuantizeStep> MethodTrainingOf(const MethodOptions& method, FlagValues training,
                                        uint64_t seed);
StatusOr<EncodeOptions> EncodeOptionsOf(const FlagValues& values);

}  // namespace dc

#endif  // DC_RECIPE_H_
