#include "pipeline/method_stage.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rng.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"
#include "pipeline/constrained_training.h"
#include "pipeline/history.h"
#include "quantize/activation_sites.h"
#include "quantize/bias_correction.h"
#include "quantize/method.h"
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
  const std::vector<float> values = weight.Values();
  double squares = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double error = std::abs(static_cast<double>(values[i]) - before.f32()[i]);
    squares += error * error;
    outcome.max_error = std::max(outcome.max_error, error);
  }
  outcome.rms_error = std::sqrt(squares / static_cast<double>(std::max<size_t>(values.size(), 1)));
  return outcome;
}

}  // namespace

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

  const bool pruned = HasStage(*graph, "prune");
  const std::vector<WeightRef> weights = ListWeights(*graph);
  QuantizedTraining quantized;
  std::map<std::string, Tensor> before;
  for (const auto& [name, spec] : plan.weights) {
    const auto scale = plan.step_scales.find(name);
    before[name] = graph->initializers.at(name);
    quantized.Begin(spec, RefOf(name, weights, *graph), before[name].f32(), pruned,
                    scale == plan.step_scales.end() ? 1.0 : scale->second);
  }
  if (training.epochs > 0) {
    StepHook hook;
    if (plan.before_step) {
      hook = [&](int64_t step, int64_t total, TrainingState* state) {
        const LatentAccess access{
            [state](const std::string& name) { return state->Latent(name); },
            [state](const std::string& name) { state->ConstraintChanged(name); }};
        return plan.before_step(step, total, access);
      };
    }
    DC_ASSIGN_OR_RETURN(const TrainResult trained,
                        quantized.Train(training, *data, pruned, hook, graph, progress));
    *epochs = static_cast<int>(trained.epochs.size());
  } else {
    DC_RETURN_IF_ERROR(quantized.Finish(graph));
    if (plan.corrects_biases) DC_RETURN_IF_ERROR(CorrectBiases(floats, context.observe, graph));
  }
  RemoveGradientQuantizers(graph);
  SettlePowers(graph);
  for (const WeightRef& ref : ListWeights(*graph)) {
    if (!ref.quantized || !before.count(ref.name)) continue;
    DC_ASSIGN_OR_RETURN(const QuantizedWeight weight, GetQuantizedWeight(*graph, ref.name));
    layers->push_back(OutcomeOf(ref.name, weight, before.at(ref.name)));
  }
  return OkStatus();
}

}  // namespace dc
