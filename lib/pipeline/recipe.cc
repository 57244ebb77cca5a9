#include "dc/recipe.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <array>
#include <utility>

#include "dc/files.h"
#include "recipe.pb.h"

namespace dc {
namespace {

using google::protobuf::TextFormat;

// Keeps the first complaint of the text parser.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) {
      text_ = message;
      place_ = "line " + std::to_string(line + 1) + ", column " + std::to_string(column + 1);
    }
  }
  const std::string& text() const { return text_; }
  const std::string& place() const { return place_; }

 private:
  std::string text_, place_;
};

// "a.b.c" and "v" as text format: "a { b { c: v } }".
std::string OverrideText(const std::string& path, const std::string& value) {
  std::string text, tail;
  size_t begin = 0;
  for (size_t dot; (dot = path.find('.', begin)) != std::string::npos; begin = dot + 1) {
    text += path.substr(begin, dot - begin) + " { ";
    tail += " }";
  }
  return text + path.substr(begin) + ": " + value + tail;
}

Status ApplyOverride(const std::string& text, proto::Recipe* recipe) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return UsageError("an override must be FIELD=VALUE", text,
                      "write for example prune.retrain.epochs=3");
  }
  const std::string path = text.substr(0, equals), value = text.substr(equals + 1);
  FirstError error;
  // Numbers and truth values stand bare, strings in quotes; only one of the two parses.
  for (const std::string& written : {value, '"' + value + '"'}) {
    proto::Recipe changed = *recipe;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&error);
    if (parser.MergeFromString(OverrideText(path, written), &changed)) {
      *recipe = changed;
      return OkStatus();
    }
  }
  return UsageError("no such setting: " + error.text(), text,
                    "see proto/recipe.proto for the fields of a recipe");
}

template <typename T>
StatusOr<T> ByName(const char* what, const std::string& name,
                   std::initializer_list<std::pair<const char*, T>> names) {
  std::string list;
  for (const auto& [candidate, value] : names) {
    if (name == candidate) return value;
    list += (list.empty() ? "" : ", ") + std::string(candidate);
  }
  return UsageError(std::string("unknown ") + what + " '" + name + "'", "", "use one of: " + list);
}

StatusOr<TrainOptions> ToTraining(const proto::Training& from, int default_epochs, uint64_t seed) {
  TrainOptions to;
  to.seed = seed;
  to.epochs = from.has_epochs() ? from.epochs() : default_epochs;
  if (from.has_batch_size()) to.batch_size = from.batch_size();
  if (from.has_optimizer()) {
    DC_ASSIGN_OR_RETURN(to.optimizer, ParseOptimizer(from.optimizer()));
  }
  if (from.has_learning_rate()) to.learning_rate = from.learning_rate();
  if (from.has_momentum()) to.momentum = from.momentum();
  if (from.has_beta2()) to.beta2 = from.beta2();
  if (from.has_l1()) to.l1 = from.l1();
  if (from.has_l2()) to.l2 = from.l2();
  if (from.has_schedule()) {
    DC_ASSIGN_OR_RETURN(to.schedule, ParseSchedule(from.schedule()));
  }
  if (from.has_step_epochs()) to.step_epochs = from.step_epochs();
  if (from.has_decay()) to.decay = from.decay();
  if (from.has_final_rate()) to.final_rate = from.final_rate();
  if (from.has_warmup_epochs()) to.warmup_epochs = from.warmup_epochs();
  if (from.has_label_smoothing()) to.label_smoothing = from.label_smoothing();
  if (from.has_dropout_scale()) to.dropout_scale = from.dropout_scale();
  if (from.has_validation()) to.validation = from.validation();
  if (from.has_keep()) {
    DC_ASSIGN_OR_RETURN(to.keep_best,
                        ByName<bool>("keep", from.keep(), {{"last", false}, {"best", true}}));
  }
  if (from.has_augment_shift()) to.augmentation.shift = from.augment_shift();
  if (from.has_augment_flip()) to.augmentation.flip = from.augment_flip();
  return to;
}

StatusOr<PruneStep> ToPruning(const proto::Pruning& from, uint64_t seed) {
  PruneStep to;
  PruneOptions& options = to.options;
  if (from.has_criterion()) {
    DC_ASSIGN_OR_RETURN(options.criterion, ParseCriterion(from.criterion()));
  }
  if (from.has_amounts()) {
    DC_ASSIGN_OR_RETURN(options.amounts, LayerSettings::Parse(from.amounts()));
  }
  if (from.has_global_density()) options.global_density = from.global_density();
  if (from.has_schedule()) {
    DC_ASSIGN_OR_RETURN(options.schedule, ParsePruneSchedule(from.schedule()));
  }
  if (from.has_steps()) options.steps = from.steps();
  if (from.has_ramp()) options.ramp = from.ramp();
  if (from.has_mask_updates()) options.mask_updates = from.mask_updates();
  if (from.has_remove_dead_neurons()) options.remove_dead_neurons = from.remove_dead_neurons();
  DC_ASSIGN_OR_RETURN(to.retrain, ToTraining(from.retrain(), 0, seed));
  return to;
}

StatusOr<QuantizeStep> ToQuantization(const proto::Quantization& from, uint64_t seed) {
  QuantizeStep to;
  to.options.seed = seed;
  if (from.has_policy()) {
    DC_ASSIGN_OR_RETURN(to.options.policy, LayerSettings::Parse(from.policy()));
  }
  if (from.has_bits()) {
    DC_ASSIGN_OR_RETURN(to.options.bits, LayerSettings::Parse(from.bits()));
  }
  if (from.has_init()) to.options.policy_settings["init"] = from.init();
  DC_RETURN_IF_ERROR(CheckQuantizeOptions(to.options));
  DC_ASSIGN_OR_RETURN(to.fine_tune, ToTraining(from.fine_tune(), 0, seed));
  if (!from.fine_tune().has_learning_rate()) to.fine_tune.learning_rate = kFineTuneRate;
  return to;
}

StatusOr<EncodeOptions> ToEncoding(const proto::Encoding& from) {
  EncodeOptions to;
  if (from.has_gap_bits()) {
    DC_ASSIGN_OR_RETURN(to.gap_bits, LayerSettings::Parse(from.gap_bits()));
  }
  if (from.has_order()) {
    DC_ASSIGN_OR_RETURN(to.order, LayerSettings::Parse(from.order()));
  }
  if (from.has_bias_bits()) to.bias_bits = from.bias_bits();
  if (from.has_coder()) to.coder = from.coder();
  if (from.has_codebook_type()) to.codebook_type = from.codebook_type();
  if (from.has_keep_names()) to.keep_names = from.keep_names();
  return to;
}

StatusOr<Preprocess> ToPreprocess(const proto::InputScaling& from) {
  Preprocess to;
  if (from.has_scale()) to.scale = from.scale();
  to.mean.assign(from.mean().begin(), from.mean().end());
  to.deviation.assign(from.deviation().begin(), from.deviation().end());
  if (from.has_layout()) {
    DC_ASSIGN_OR_RETURN(to.channels_last,
                        ByName<bool>("layout", from.layout(), {{"nchw", false}, {"nhwc", true}}));
  }
  if (from.has_channels()) {
    DC_ASSIGN_OR_RETURN(to.reverse_channels,
                        ByName<bool>("channels", from.channels(), {{"rgb", false}, {"bgr", true}}));
  }
  return to;
}

// One line of text that is the same for equal messages.
std::string Canonical(const google::protobuf::Message& message) {
  std::string text;
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.PrintToString(message, &text);
  return text;
}

}  // namespace

StatusOr<OptimizerKind> ParseOptimizer(const std::string& name) {
  return ByName<OptimizerKind>("optimizer", name,
                               {{"sgd", OptimizerKind::kSgd}, {"adam", OptimizerKind::kAdam}});
}

StatusOr<ScheduleKind> ParseSchedule(const std::string& name) {
  return ByName<ScheduleKind>("schedule", name,
                              {{"constant", ScheduleKind::kConstant},
                               {"step", ScheduleKind::kStep},
                               {"exponential", ScheduleKind::kExponential},
                               {"cosine", ScheduleKind::kCosine}});
}

StatusOr<PruneCriterion> ParseCriterion(const std::string& name) {
  return ByName<PruneCriterion>("criterion", name,
                                {{"density", PruneCriterion::kDensity},
                                 {"threshold", PruneCriterion::kThreshold},
                                 {"global", PruneCriterion::kGlobalDensity}});
}

StatusOr<PruneScheduleKind> ParsePruneSchedule(const std::string& name) {
  return ByName<PruneScheduleKind>("pruning schedule", name,
                                   {{"one-shot", PruneScheduleKind::kOneShot},
                                    {"iterative", PruneScheduleKind::kIterative},
                                    {"gradual", PruneScheduleKind::kGradual}});
}

StatusOr<Recipe> LoadRecipe(const std::string& path, const std::vector<std::string>& overrides) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
  proto::Recipe text;
  TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(bytes.begin(), bytes.end()), &text)) {
    return BadInput("not a recipe: " + error.text(), path + ", " + error.place(),
                    "see proto/recipe.proto for the fields of a recipe");
  }
  for (const std::string& item : overrides) DC_RETURN_IF_ERROR(ApplyOverride(item, &text));

  Recipe recipe;
  recipe.name = text.name();
  if (text.model().empty()) {
    return BadInput("the recipe names no model", path, "add model: \"model.onnxtxt\"");
  }
  recipe.model_path = text.model();
  const size_t slash = path.rfind('/');
  if (recipe.model_path[0] != '/' && slash != std::string::npos) {
    recipe.model_path = path.substr(0, slash + 1) + recipe.model_path;
  }
  if (text.has_seed()) recipe.seed = text.seed();

  const auto convert = [&]() -> Status {
    DC_ASSIGN_OR_RETURN(recipe.preprocess, ToPreprocess(text.input()));
    if (text.has_train()) {
      DC_ASSIGN_OR_RETURN(recipe.train, ToTraining(text.train(), 10, recipe.seed));
    }
    if (text.has_prune()) {
      DC_ASSIGN_OR_RETURN(recipe.prune, ToPruning(text.prune(), recipe.seed));
    }
    if (text.has_quantize()) {
      DC_ASSIGN_OR_RETURN(recipe.quantize, ToQuantization(text.quantize(), recipe.seed));
    }
    DC_ASSIGN_OR_RETURN(recipe.encode, ToEncoding(text.encode()));
    return OkStatus();
  };
  const Status converted = convert();
  if (!converted.ok()) return converted.At(path);
  if (text.goal().has_max_error_percent())
    recipe.max_error_percent = text.goal().max_error_percent();
  if (text.goal().has_max_error_increase()) {
    recipe.max_error_increase = text.goal().max_error_increase();
  }
  if (text.goal().has_min_ratio()) recipe.min_ratio = text.goal().min_ratio();

  recipe.input_text = Canonical(text.input());
  recipe.train_text = Canonical(text.train());
  recipe.prune_text = Canonical(text.prune());
  recipe.quantize_text = Canonical(text.quantize());
  return recipe;
}

}  // namespace dc
