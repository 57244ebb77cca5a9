#include "dc/compress.h"

#include <unistd.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/crc32.h"
#include "base/number_text.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/stages.h"
#include "model/block_network.h"
#include "pipeline/history.h"
#include "pipeline/recipe_checks.h"
#include "pipeline/stage_clock.h"
#include "pipeline/stage_stamps.h"

namespace dc {
namespace {

constexpr char kCheckpoint[] = ".checkpoint", kCheckpointOwner[] = ".checkpoint.of";
constexpr char kTestError[] = "dc.test_error_percent";
constexpr char kSquaredError[] = "dc.test_mean_squared_error";

// The number that `graph` records at `key`.
std::optional<double> Recorded(const Graph& graph, const char* key) {
  const auto text = graph.metadata.find(key);
  if (text == graph.metadata.end()) return std::nullopt;
  return std::strtod(text->second.c_str(), nullptr);
}

uint32_t Crc(const std::string& text) {
  return Crc32c(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

// A checksum of the teacher, whose file may have changed under its name; "" without one.
StatusOr<std::string> TeacherStamp(const TrainOptions& training) {
  if (training.teacher.empty()) return std::string();
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(training.teacher));
  return " " + std::to_string(Crc32c(bytes));
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
    graph_.metadata.erase(kSquaredError);
    if (const auto squared = report.mean_squared_error) {
      graph_.metadata[kSquaredError] = NumberText(*squared);
    }
    DC_RETURN_IF_ERROR(SaveModel(graph_, path));
    DC_RETURN_IF_ERROR(stamps_.Record(name, fingerprint_, path));
    RemoveCheckpoints(training.checkpoint);
    unlink(owner.c_str());
    return Keep(path, std::move(report));
  }

  // Test error of the graph as it is, by the trainer's own evaluation.
  Status EvaluateDense() {
    if (!error_.first && data_ != nullptr) {
      DC_ASSIGN_OR_RETURN(const EvalResult test,
                          EvaluateGraph(graph_, *data_, threads_, progress_));
      error_ = {test.error_percent, test.mean_squared_error()};
    }
    return OkStatus();
  }

  const Graph& graph() const { return graph_; }
  // Whether the model came without values for its weights.
  bool is_fresh() const { return is_fresh_; }
  // Of the graph as it is: a percentage, and of targets the mean squared error.
  using TestError = std::pair<std::optional<double>, std::optional<double>>;
  const TestError& error() const { return error_; }
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
    graph_ = BlockNetwork(blocks, data_->channels, data_->height, data_->width,
                          data_->has_targets() ? data_->target_size() : data_->classes);
    return OkStatus();
  }

  Status Keep(const std::string& path, StageReport report) {
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
    report.output_bytes = bytes.size();
    if (data_ != nullptr && !report.error_percent) {
      report.error_percent = Recorded(graph_, kTestError);
      report.mean_squared_error = Recorded(graph_, kSquaredError);
    }
    error_ = {report.error_percent, report.mean_squared_error};
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
  TestError error_;
  std::vector<StageReport> stages_;
};

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
  const Line::TestError dense_error = line.error();

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
    report.SetErrors(test);
    encoded.error_percent = report.error_percent;
    encoded.mean_squared_error = report.mean_squared_error;
    report.data = data->name;
  }
  report.uncompressed = NotQuantized(line.graph());
  report.model = path;
  report.seed = recipe.seed;
  report.published = recipe.published;
  std::tie(report.baseline_error_percent, report.baseline_mean_squared_error) = dense_error;
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
