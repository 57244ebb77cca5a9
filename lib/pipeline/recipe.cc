#include "dc/recipe.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <filesystem>

#include "dc/files.h"
#include "pipeline/stage_settings.h"
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
  return UsageError("a recipe has no such setting: " + error.text(), text,
                    "see proto/recipe.proto for the fields of a recipe");
}

// One line of text that is the same for equal messages.
std::string Canonical(const google::protobuf::Message& message) {
  std::string text;
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.PrintToString(message, &text);
  return text;
}

// Checks and converts what the stages are asked for.
Status Convert(const proto::Recipe& text, Recipe* recipe) {
  const uint64_t seed = recipe->seed;
  DC_ASSIGN_OR_RETURN(recipe->preprocess, PreprocessOf(text.input(), FieldNamer::Path("input")));
  DC_ASSIGN_OR_RETURN(recipe->input_shapes,
                      ParseInputShapes({text.input_shape().begin(), text.input_shape().end()}));
  if (text.has_train()) {
    DC_ASSIGN_OR_RETURN(recipe->train, TrainingOf(text.train(), FieldNamer::Path("train"), seed));
  }
  if (text.has_prune()) {
    DC_ASSIGN_OR_RETURN(recipe->prune, PruningOf(text.prune(), FieldNamer::Path("prune"), seed));
    DC_RETURN_IF_ERROR(CheckAmountsGiven(recipe->prune->options));
  }
  if (text.has_quantize()) {
    DC_ASSIGN_OR_RETURN(recipe->quantize,
                        QuantizationOf(text.quantize(), FieldNamer::Path("quantize"), seed));
  }
  DC_ASSIGN_OR_RETURN(recipe->encode, EncodingOf(text.encode(), FieldNamer::Path("encode")));
  for (const proto::Published& point : text.published()) {
    if (!(point.bytes() >= 1 && point.bytes() < 0x1p53) ||
        !(point.error_percent() >= 0 && point.error_percent() <= 100)) {
      return UsageError(
          "published: a point has bytes of 1 or more and an error_percent of 0 to 100",
          point.name());
    }
    recipe->published.push_back({point.name(), static_cast<uint64_t>(point.bytes()),
                                 point.error_percent(), point.counted(), point.source()});
  }
  const proto::Goal& goal = text.goal();
  DC_RETURN_IF_ERROR(CheckFields(goal, FieldNamer::Path("goal")));
  if (goal.has_max_error_percent()) recipe->max_error_percent = goal.max_error_percent();
  if (goal.has_max_error_increase()) recipe->max_error_increase = goal.max_error_increase();
  if (goal.has_min_ratio()) recipe->min_ratio = goal.min_ratio();
  return OkStatus();
}

Status ReadBlocks(const proto::Blocks& blocks, Recipe* recipe) {
  const FieldNamer name = FieldNamer::Path("blocks");
  for (const auto& [letter, block] :
       {std::pair{"a", blocks.a()}, {"b", blocks.b()}, {"c", blocks.c()}}) {
    proto::Block complete = block;
    DC_RETURN_IF_ERROR(CheckFields(complete, name.Nested(letter)));
    FillIn("", &complete);
    recipe->blocks.emplace_back(complete.layers(), complete.filters());
  }
  return OkStatus();
}

StatusOr<proto::Recipe> ParseRecipe(const std::string& path,
                                    const std::vector<std::string>& overrides,
                                    const std::string& calibrate = "") {
  proto::Recipe text;
  if (path.ends_with(".onnx")) {
    text.set_model(path.substr(path.rfind('/') + 1));
    text.set_name(text.model());
    text.mutable_quantize();
  } else {
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
    TextFormat::Parser parser;
    FirstError error;
    parser.RecordErrorsTo(&error);
    if (!parser.ParseFromString(std::string(bytes.begin(), bytes.end()), &text)) {
      return BadInput("not a recipe: " + error.text(), path + ", " + error.place(),
                      "see proto/recipe.proto for the fields of a recipe");
    }
  }
  for (const std::string& item : overrides) DC_RETURN_IF_ERROR(ApplyOverride(item, &text));
  if (!calibrate.empty()) {
    if (!text.has_prune() && !text.has_quantize()) {
      return UsageError("the recipe has no stage to calibrate", path,
                        "add prune or quantize to it, or leave out the calibration");
    }
    if (text.has_prune()) text.mutable_prune()->set_calibrate(calibrate);
    if (text.has_quantize()) text.mutable_quantize()->set_calibrate(calibrate);
  }
  return text;
}

// `file` as seen from the folder of the recipe `path`.
std::string InFolder(const std::string& path, const std::string& file) {
  const size_t slash = path.rfind('/');
  return file[0] == '/' || slash == std::string::npos ? file : path.substr(0, slash + 1) + file;
}

}  // namespace

StatusOr<Recipe> LoadRecipe(const std::string& path, const std::vector<std::string>& overrides,
                            const std::string& calibrate) {
  DC_ASSIGN_OR_RETURN(const proto::Recipe text, ParseRecipe(path, overrides, calibrate));
  Recipe recipe;
  recipe.name = text.name();
  if (text.model().empty() && !text.has_blocks()) {
    return BadInput("the recipe names no model", path, "add model: \"model.onnxtxt\"");
  }
  if (!text.model().empty() && text.has_blocks()) {
    return BadInput("the recipe has a model and blocks", path, "leave one of them out");
  }
  if (text.has_blocks()) DC_RETURN_IF_ERROR(ReadBlocks(text.blocks(), &recipe));
  if (!text.model().empty()) recipe.model_path = InFolder(path, text.model());
  if (text.has_seed()) recipe.seed = text.seed();

  const Status converted = Convert(text, &recipe);
  if (!converted.ok()) return converted.At(path);
  for (TrainOptions* training :
       {recipe.train ? &*recipe.train : nullptr, recipe.prune ? &recipe.prune->retrain : nullptr,
        recipe.quantize ? &recipe.quantize->fine_tune : nullptr}) {
    if (training == nullptr || training->teacher.empty()) continue;
    if (training->teacher == kDenseTeacher) {
      if (recipe.train && training == &*recipe.train) {
        return UsageError("the dense model cannot teach itself", path + ": train.teacher",
                          "name an ONNX file, or teach in later stages");
      }
      continue;
    }
    training->teacher = InFolder(path, training->teacher);
  }
  recipe.input_text = Canonical(text.input()) + Canonical(text.blocks());
  for (const std::string& shape : text.input_shape()) recipe.input_text += " " + shape;
  recipe.train_text = Canonical(text.train());
  recipe.prune_text = Canonical(text.prune());
  recipe.quantize_text = Canonical(text.quantize());
  return recipe;
}

StatusOr<std::string> RecipeText(const std::string& path, const std::vector<std::string>& overrides,
                                 const std::string& calibrate) {
  DC_ASSIGN_OR_RETURN(proto::Recipe recipe, ParseRecipe(path, overrides, calibrate));
  const auto name_in_full = [&](std::string* file) {
    if (!file->empty()) *file = std::filesystem::absolute(InFolder(path, *file)).lexically_normal();
  };
  name_in_full(recipe.mutable_model());
  for (proto::Training* training :
       {recipe.has_train() ? recipe.mutable_train() : nullptr,
        recipe.has_prune() ? recipe.mutable_prune()->mutable_retrain() : nullptr,
        recipe.has_quantize() ? recipe.mutable_quantize()->mutable_fine_tune() : nullptr}) {
    if (training != nullptr && training->has_teacher() && training->teacher() != kDenseTeacher) {
      name_in_full(training->mutable_teacher());
    }
  }
  std::string text;
  TextFormat::PrintToString(recipe, &text);
  return text;
}

}  // namespace dc
