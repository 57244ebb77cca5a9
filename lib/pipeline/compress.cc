#include "dc/compress.h"

#include <unistd.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/crc32.h"
#include "base/text_table.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/stages.h"
#include "model/block_network.h"
#include "pipeline/history.h"
#include "pipeline/stage_clock.h"
#include "pipeline/stage_stamps.h"
#include "train/trainer.h"

namespace dc {
namespace {

constexpr char kCheckpoint[] = ".checkpoint", kCheckpointOwner[] = ".checkpoint.of";
constexpr char kTestError[] = "dc.test_error_percent";

uint32_t Crc(const std::string& text) {
  return Crc32c(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

// A checksum of the teacher, whose file may have changed under its name; "" without one.
StatusOr<std::string> TeacherStamp(const TrainOptions& training) {
  if (training.teacher.empty()) return std::string();
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(training.teacher));
  return " " + std::to_string(Crc32c(bytes));
}

// The trainings of the stages that there are, by what a recipe calls them.
std::vector<std::pair<const char*, const TrainOptions*>> TrainingsOf(const Recipe& recipe) {
  std::vector<std::pair<const char*, const TrainOptions*>> trainings;
  if (recipe.train) trainings.emplace_back("train", &*recipe.train);
  if (recipe.prune) trainings.emplace_back("prune.retrain", &recipe.prune->retrain);
  if (recipe.quantize) trainings.emplace_back("quantize.fine_tune", &recipe.quantize->fine_tune);
  return trainings;
}

// One run of the line: what is common to all stages, and the graph as it moves along.
class Line {
 public:
  Line(const Recipe& recipe, const Dataset* data, std::string directory, int threads,
       Progress* progress)
      : recipe_(recipe),
        data_(data),
        directory_(std::move(directory)),
        stamps_(directory_),
        threads_(threads),
        progress_(OrSilent(progress)) {}

  Status Load() {
    std::vector<uint8_t> bytes;  // of the model, none of one that the recipe describes
    if (!recipe_.blocks.empty()) {
      DC_RETURN_IF_ERROR(BuildBlocks());
    } else {
      DC_ASSIGN_OR_RETURN(bytes, ReadFile(recipe_.model_path));
      DC_ASSIGN_OR_RETURN(graph_, LoadModel(recipe_.model_path, recipe_.input_shapes));
    }
    // What the recipe does not say is left to the model.
    std::map<std::string, std::string> input;
    PreprocessToMetadata(recipe_.preprocess, &input);
    for (const auto& [key, value] : input) graph_.metadata[key] = value;
    for (const auto& [stage, training] : TrainingsOf(recipe_)) {
      DC_RETURN_IF_ERROR(SetLogits(training->logits, &graph_));
    }
    RecordBaseline(&graph_);
    is_fresh_ = !graph_.uninitialized.empty();
    const bool method = recipe_.quantize && !recipe_.quantize->options.method.name.empty();
    if (is_fresh_ && !recipe_.train && (!method || recipe_.prune)) {
      return UsageError("the model's weights have no values yet", recipe_.model_path,
                        "add a train stage to the recipe, or name a trained .onnx file");
    }
    DC_ASSIGN_OR_RETURN(const std::string data_stamps, DataStamps());
    fingerprint_ = Version() + " " + std::to_string(Crc32c(bytes)) + " " + data_stamps + " " +
                   std::to_string(recipe_.seed) + " " + recipe_.input_text + Logits();
    return OkStatus();
  }

  // Runs `stage` unless `file` holds its result already, and saves the graph as `file`. `settings`
  // is the canonical text of what decides the result.
  template <typename Stage>
  Status Run(const std::string& name, const std::string& file, const std::string& settings,
             TrainOptions training, const Stage& stage) {
    DC_RETURN_IF_ERROR(StopIfCancelled(progress_));
    if (training.teacher == kDenseTeacher) training.teacher = directory_ + "/trained.onnx";
    DC_ASSIGN_OR_RETURN(const std::string teacher, TeacherStamp(training));
    fingerprint_ = std::to_string(Crc(fingerprint_ + name + settings + teacher));
    const std::string path = directory_ + "/" + file;
    if (stamps_.Holds(name, fingerprint_, path)) {
      DC_ASSIGN_OR_RETURN(graph_, LoadModel(path));
      progress_->Note(name + ": " + path + " is up to date");
      StageReport report;
      report.name = name;
      return Keep(path, std::move(report));
    }
    training.threads = threads_;
    training.log_csv = directory_ + "/" + name + ".csv";
    training.checkpoint = path + kCheckpoint;
    training.resume = true;
    // A checkpoint of another recipe is not an error here: the stage begins anew.
    const std::string owner = path + kCheckpointOwner;
    StatusOr<std::vector<uint8_t>> made_by =
        FileExists(owner) ? ReadFile(owner)
                          : StatusOr<std::vector<uint8_t>>(std::vector<uint8_t>());
    if (!made_by.ok() || std::string(made_by->begin(), made_by->end()) != fingerprint_) {
      RemoveCheckpoints(training.checkpoint);
      DC_RETURN_IF_ERROR(WriteFileAtomic(owner, fingerprint_));
    }
    DC_ASSIGN_OR_RETURN(StageReport report, stage(training, &graph_));
    if (report.error_percent) graph_.metadata[kTestError] = std::to_string(*report.error_percent);
    DC_RETURN_IF_ERROR(SaveModel(graph_, path));
    DC_RETURN_IF_ERROR(stamps_.Record(name, fingerprint_, path));
    RemoveCheckpoints(training.checkpoint);
    unlink(owner.c_str());
    return Keep(path, std::move(report));
  }

  // Test error of the graph as it is, by the trainer's own evaluation.
  Status EvaluateDense() {
    if (!error_ && data_ != nullptr) {
      DC_ASSIGN_OR_RETURN(const EvalResult test,
                          EvaluateGraph(graph_, *data_, threads_, progress_));
      error_ = test.error_percent;
    }
    return OkStatus();
  }

  const Graph& graph() const { return graph_; }
  // Whether the model came without values for its weights.
  bool is_fresh() const { return is_fresh_; }
  std::optional<double> error() const { return error_; }
  std::vector<StageReport>& stages() { return stages_; }

  // The output that was named; "" for none.
  std::string Logits() const {
    const auto logits = graph_.metadata.find(kLogitsKey);
    return logits == graph_.metadata.end() ? "" : logits->second;
  }

 private:
  // Checksums of the data, and of the samples that stages calibrate with.
  StatusOr<std::string> DataStamps() const {
    std::string stamps = data_ ? DataStamp(*data_) : "none";
    std::set<std::string> specs;
    if (recipe_.prune) specs.insert(recipe_.prune->options.calibrate);
    if (recipe_.quantize) specs.insert(recipe_.quantize->options.calibrate);
    specs.erase("");
    for (const std::string& spec : specs) {
      DC_ASSIGN_OR_RETURN(const Dataset samples, OpenSamples(spec));
      stamps += " " + DataStamp(samples);
    }
    return stamps;
  }

  // The network that the recipe describes, for the images of the data.
  Status BuildBlocks() {
    if (data_ == nullptr) {
      return UsageError("a network of blocks takes its shape from data", recipe_.name,
                        "give --data");
    }
    const int64_t smallest = int64_t{1} << recipe_.blocks.size();
    if (data_->height < smallest || data_->width < smallest) {
      return BadInput("images of " + std::to_string(data_->height) + "x" +
                          std::to_string(data_->width) + " are too small for the recipe's blocks",
                      data_->name, "each block halves them");
    }
    std::vector<ConvolutionBlock> blocks;
    for (const auto& [layers, filters] : recipe_.blocks) blocks.push_back({layers, filters});
    graph_ = BlockNetwork(blocks, data_->channels, data_->height, data_->width, data_->classes);
    return OkStatus();
  }

  Status Keep(const std::string& path, StageReport report) {
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
    report.output_bytes = bytes.size();
    const auto known = graph_.metadata.find(kTestError);
    if (data_ != nullptr && !report.error_percent && known != graph_.metadata.end()) {
      report.error_percent = std::strtod(known->second.c_str(), nullptr);
    }
    error_ = report.error_percent;
    stages_.push_back(std::move(report));
    return OkStatus();
  }

  const Recipe& recipe_;
  const Dataset* data_;  // null: nothing is evaluated
  const std::string directory_;
  StageStamps stamps_;
  const int threads_;
  Progress* progress_;
  Graph graph_;
  bool is_fresh_ = false;
  std::string fingerprint_;
  std::optional<double> error_;
  std::vector<StageReport> stages_;
};

// UsageError for a setting of any stage that does not fit `graph`, the recipe's network: before the
// first stage works, not when the last one begins.
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

// UsageError where stages need data and there is none.
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

}  // namespace

CompressFiles FilesOf(const Recipe& recipe, const std::string& directory) {
  CompressFiles files;
  if (!recipe.model_path.empty()) files.read.push_back(recipe.model_path);
  const auto add = [&](const std::string& name) {
    files.written.push_back(directory + "/" + name);
  };
  add("trained.onnx");
  const auto add_stage = [&](const std::string& name, const std::string& file,
                             const TrainOptions& training) {
    if (!training.teacher.empty() && training.teacher != kDenseTeacher) {
      files.read.push_back(training.teacher);
    }
    if (file != "trained.onnx") add(file);
    add(name + ".csv");
    add(file + kCheckpoint);
    add(file + kCheckpointOwner);
  };
  if (recipe.train) add_stage("train", "trained.onnx", *recipe.train);
  if (recipe.prune) add_stage("prune", "pruned.onnx", recipe.prune->retrain);
  if (recipe.quantize) add_stage("quantize", "quantized.onnx", recipe.quantize->fine_tune);
  for (const char* name : {"model.dcz", "report.json", "stages.txt"}) add(name);
  return files;
}

StatusOr<Report> Compress(const Recipe& recipe, const Dataset* data, const std::string& directory,
                          int threads, const DeployCheck& check, const DczEvaluator& evaluate,
                          Status* goal, Progress* progress) {
  DC_RETURN_IF_ERROR(CheckDataGiven(recipe, data));
  FileLock lock;
  const bool exists = FileExists(directory);
  if (exists) {
    DC_ASSIGN_OR_RETURN(lock, FileLock::OfFolder(directory));
  }
  Line line(recipe, data, directory, threads, progress);
  DC_RETURN_IF_ERROR(line.Load());
  DC_RETURN_IF_ERROR(CheckRecipe(recipe, line.graph(), data));
  const Status deployable = check(line.graph());
  if (!deployable.ok()) return deployable.At(recipe.model_path);
  if (!exists) {
    DC_RETURN_IF_ERROR(MakeDirectories(directory));
    DC_ASSIGN_OR_RETURN(lock, FileLock::OfFolder(directory));
  }

  if (recipe.train) {
    DC_RETURN_IF_ERROR(line.Run(
        "train", "trained.onnx", recipe.train_text, *recipe.train,
        [&](const TrainOptions& training, Graph* graph) -> StatusOr<StageReport> {
          DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph->metadata));
          return RunTrain(training, preprocess, *data, graph, progress);
        }));
  } else if (!line.is_fresh()) {
    DC_RETURN_IF_ERROR(SaveModel(line.graph(), directory + "/trained.onnx"));
    DC_RETURN_IF_ERROR(line.EvaluateDense());
  }
  // A method may train a network from nothing: then there is no dense one to compare with.
  Report comparison;
  if (recipe.train || !line.is_fresh()) {
    DC_RETURN_IF_ERROR(CompareWith(line.graph(), "dense", &comparison));
  }
  const std::optional<double> dense_error = line.error();

  if (recipe.prune) {
    DC_RETURN_IF_ERROR(line.Run("prune", "pruned.onnx", recipe.prune_text, recipe.prune->retrain,
                                [&](const TrainOptions& training, Graph* graph) {
                                  return RunPrune(recipe.prune->options, training, data, graph,
                                                  progress);
                                }));
    DC_RETURN_IF_ERROR(CompareWith(line.graph(), "pruned", &comparison));
  }
  if (recipe.quantize) {
    QuantizeOptions options = recipe.quantize->options;
    options.threads = threads;
    DC_RETURN_IF_ERROR(line.Run("quantize", "quantized.onnx", recipe.quantize_text,
                                recipe.quantize->fine_tune,
                                [&](const TrainOptions& training, Graph* graph) {
                                  return RunQuantize(options, training, data, graph, progress);
                                }));
  }

  const StageClock clock;
  EncodeOptions encode = recipe.encode;
  encode.threads = threads;
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file,
                      EncodeModel(line.graph(), encode, nullptr, progress));
  const std::string path = directory + "/model.dcz";
  DC_RETURN_IF_ERROR(WriteFileAtomic(path, file));
  StageReport encoded;
  encoded.name = "encode";
  encoded.seconds = clock.Seconds();
  encoded.output_bytes = file.size();

  DC_ASSIGN_OR_RETURN(Report report, ReportFile(file));
  if (data != nullptr) {
    DC_ASSIGN_OR_RETURN(const EvalResult test, evaluate(file, *data, line.Logits(), progress));
    encoded.error_percent = report.error_percent = test.error_percent;
    report.top5_error_percent = test.top5_error_percent;
    report.data = data->name;
  }
  report.uncompressed = NotQuantized(line.graph());
  report.model = path;
  report.seed = recipe.seed;
  report.published = recipe.published;
  report.baseline_error_percent = dense_error;
  for (const auto& [name, bytes] : comparison.comparison) {
    if (name != "pruned f32") report.comparison.emplace_back(name, bytes);
  }
  report.stages = std::move(line.stages());
  report.stages.push_back(std::move(encoded));
  DC_ASSIGN_OR_RETURN(const std::string json, ReportJson(report));
  DC_RETURN_IF_ERROR(WriteFileAtomic(directory + "/report.json", json));
  *goal = CheckGoal(recipe, report);
  return report;
}

}  // namespace dc
