#include "pipeline/method_stage.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rng.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"
#include "model/roles.h"
#include "pipeline/constrained_training.h"
#include "pipeline/history.h"
#include "quantize/activation_sites.h"
#include "quantize/bias_correction.h"
#include "train/observe.h"

namespace dc {
namespace {

constexpr int64_t kCalibrationSamples = 500;

// The weight `name`, or a bias as a weight of one dimension, each number a channel.
WeightRef RefOf(const std::string& name, const std::vector<WeightRef>& weights,
                const Graph& graph) {
  for (const WeightRef& ref : weights) {
    if (ref.name == name) return ref;
  }
  WeightRef bias;
  bias.name = name;
  bias.shape = graph.initializers.at(name).shape;
  return bias;
}

Status CheckQuantizers(const MethodPlan& plan, const Graph& graph) {
  for (const auto& [name, spec] : plan.weights) {
    const Status status = CheckQuantizer(spec);
    if (!status.ok()) return status.At("tensor " + name);
    if (graph.Constant(name) == nullptr) return Internal("no weight to quantize", name);
  }
  return OkStatus();
}

constexpr uint64_t kStartStream = uint64_t{5} << 40;

void StartUniform(const MethodPlan& plan, uint64_t seed, Graph* graph) {
  uint64_t stream = kStartStream;
  for (const auto& [name, spec] : plan.weights) {
    Rng rng(seed, stream++);
    Tensor& tensor = graph->initializers.at(name);
    if (tensor.shape.size() < 2) continue;  // a bias
    for (float& value : tensor.f32()) value = static_cast<float>(2 * rng.Uniform() - 1);
  }
}

// How far each weight is from what it was.
LayerQuantization OutcomeOf(const std::string& name, const QuantizedWeight& weight,
                            const Tensor& before) {
  LayerQuantization outcome;
  outcome.name = name;
  outcome.policy = weight.policy;
  outcome.bits = weight.bits;
  outcome.entries = static_cast<int64_t>(weight.codebook.size());
  MeasureErrors(before.f32(), weight, &outcome);
  return outcome;
}

// Quantizes the weights of `plan` that are from stage `number` on, and keeps what they were.
void BeginWeights(const MethodPlan& plan, size_t number, bool pruned, const Graph& graph,
                  QuantizedTraining* quantized, std::map<std::string, Tensor>* before) {
  const std::vector<WeightRef> weights = ListWeights(graph);
  for (const auto& [name, spec] : plan.weights) {
    const auto first = plan.first_stage.find(name);
    if ((first == plan.first_stage.end() ? 0 : first->second) != number) continue;
    const auto scale = plan.step_scales.find(name);
    quantized->Begin(spec, RefOf(name, weights, graph), graph.initializers.at(name).f32(), pruned,
                     scale == plan.step_scales.end() ? 1.0 : scale->second);
    before->emplace(name, graph.initializers.at(name));
  }
}

StepHook HookOf(const MethodPlan& plan) {
  if (!plan.before_step) return nullptr;
  return [&plan](int64_t step, int64_t total, TrainingState* state) {
    const LatentAccess access{[state](const std::string& name) { return state->Latent(name); },
                              [state](const std::string& name) { state->ConstraintChanged(name); }};
    return plan.before_step(step, total, access);
  };
}

// The options of stage `number` (from 0) of several: a log, a chart and a checkpoint of its own.
TrainOptions OptionsOf(const MethodStage& stage, size_t number, int epochs,
                       const TrainOptions& training) {
  TrainOptions options = training;
  options.epochs = epochs;
  if (number > 0) {
    if (!options.log_csv.empty()) options.log_csv = StageFile(options.log_csv, number + 1);
    if (!options.plot_svg.empty()) options.plot_svg = StageFile(options.plot_svg, number + 1);
    if (!options.checkpoint.empty()) options.checkpoint = StageFile(options.checkpoint, number + 1);
  }
  for (const std::string& name : stage.frozen) options.freeze += "," + PatternOf(name);
  return options;
}

// Trains the stages of `plan` one after the other and puts all weights into their quantized form.
Status RunStages(const MethodPlan& plan, const StageTools& tools, const TrainOptions& training,
                 const Dataset* data, Graph* graph, std::map<std::string, Tensor>* before,
                 int* epochs, Progress* progress) {
  const bool pruned = HasStage(*graph, "prune");
  const std::vector<MethodStage> stages =
      plan.stages.empty() ? std::vector<MethodStage>(1) : plan.stages;
  const std::vector<int> epochs_of = EpochsOfStages(stages, training.epochs);
  // Later stages must not go on from what an earlier run has left.
  const bool anew = !training.resume && !training.checkpoint.empty() && training.epochs > 0;
  if (anew && stages.size() > 1) RemoveCheckpoints(training.checkpoint);
  QuantizedTraining quantized;
  for (size_t i = 0; i < stages.size(); ++i) {
    const MethodStage& stage = stages[i];
    std::map<std::string, Tensor> as_it_was;
    for (const auto& [name, first] : plan.first_stage) {
      if (first == i) as_it_was[name] = graph->initializers.at(name);
    }
    if (stage.begin) DC_RETURN_IF_ERROR(stage.begin(graph, tools));
    BeginWeights(plan, i, pruned, *graph, &quantized, before);
    for (auto& [name, tensor] : as_it_was) (*before)[name] = std::move(tensor);
    if (epochs_of[i] == 0) continue;
    if (stages.size() > 1) {
      progress->Note("stage " + std::to_string(i + 1) + " of " + std::to_string(stages.size()) +
                     ": " + std::to_string(epochs_of[i]) + " epochs");
    }
    DC_ASSIGN_OR_RETURN(const TrainResult trained,
                        quantized.Train(OptionsOf(stage, i, epochs_of[i], training), *data, pruned,
                                        HookOf(plan), graph, progress));
    *epochs += static_cast<int>(trained.epochs.size());
  }
  return quantized.Finish(graph);
}

}  // namespace

std::vector<int> EpochsOfStages(const std::vector<MethodStage>& stages, int epochs) {
  double all = 0, done = 0;
  for (const MethodStage& stage : stages) all += stage.share;
  std::vector<int> parts;
  int given = 0;
  for (const MethodStage& stage : stages) {
    done += stage.share;
    const int until = static_cast<int>(std::lround(epochs * (all > 0 ? done / all : 0)));
    parts.push_back(until - given);
    given = until;
  }
  return parts;
}

Status RunMethod(const QuantizeOptions& options, const TrainOptions& training, const Dataset* data,
                 Graph* graph, std::vector<LayerQuantization>* layers, int* epochs,
                 Progress* progress) {
  progress = OrSilent(progress);
  DC_ASSIGN_OR_RETURN(const Method* method, FindMethod(options.method.name));
  const bool fresh = !graph->uninitialized.empty();
  if (fresh) {
    if (training.epochs == 0) {
      return UsageError("the model's weights have no values yet", "",
                        "train for some --epochs, or give a trained model");
    }
    DC_RETURN_IF_ERROR(InitializeParameters(graph, training.seed));
  }
  DC_RETURN_IF_ERROR(CheckMethodOptions(options.method, *graph));
  DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph->metadata));
  DC_ASSIGN_OR_RETURN(MethodContext context, MakeMethodContext(*method, options.method, graph));
  context.seed = training.seed;
  if (data != nullptr) {
    context.observe = [&](const Graph& observed, const std::vector<std::string>& names) {
      return Observe(observed, *data, preprocess, training.logits, names, kCalibrationSamples,
                     training.seed);
    };
  }
  const Graph floats = *graph;
  DC_ASSIGN_OR_RETURN(const MethodPlan plan, method->Plan(&context));
  DC_RETURN_IF_ERROR(CheckQuantizers(plan, *graph));
  if (plan.corrects_biases && (training.epochs > 0 || !context.observe)) {
    return UsageError("biases are corrected on data, without training", "bias_correction",
                      training.epochs > 0 ? "leave it out, or use --epochs 0" : "give --data");
  }

  if (fresh && plan.starts_uniform) StartUniform(plan, training.seed, graph);

  StageTools tools;
  if (data != nullptr) {
    tools.observe = context.observe;
    tools.read = [&](const Graph& read, const std::vector<std::string>& names, int64_t samples) {
      return ReadValues(read, *data, preprocess, training.logits, names, samples, training.seed);
    };
  }
  std::map<std::string, Tensor> before;
  DC_RETURN_IF_ERROR(RunStages(plan, tools, training, data, graph, &before, epochs, progress));
  if (training.epochs == 0 && plan.corrects_biases) {
    DC_RETURN_IF_ERROR(CorrectBiases(floats, context.observe, graph));
  }
  RemoveGradientQuantizers(graph);
  SettlePowers(graph);
  SettleShiftNormalizations(graph);
  for (const WeightRef& ref : ListWeights(*graph)) {
    if (!ref.quantized || !before.count(ref.name)) continue;
    DC_ASSIGN_OR_RETURN(const QuantizedWeight weight, GetQuantizedWeight(*graph, ref.name));
    layers->push_back(OutcomeOf(ref.name, weight, before.at(ref.name)));
  }
  return OkStatus();
}

}  // namespace dc
