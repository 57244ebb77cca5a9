// The recipe that a search for the smallest file begins with.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "base/number_text.h"
#include "data/held_out.h"
#include "data/target_spread.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/smallest.h"
#include "dc/weights.h"
#include "train/trainer.h"

namespace dc {
namespace {

constexpr char kSearchRecipe[] = R"(model: "$MODEL"
seed: $SEED
prune {
  criterion: "global"
  importance: "lamp"
  global_density: $DENSITY
  schedule: "gradual"
  ramp: 0.5
  retrain {
    epochs: 40
    learning_rate: $RATE
    warmup_epochs: 1
    schedule: "cosine"
    gradient_clip: $CLIP
    l2: $DECAY
    dropout_scale: 0.5
  }
}
quantize {
  bits: "$BITS"
  lambda: $LAMBDA
  fine_tune {
    epochs: 15
    learning_rate: $FINE
    schedule: "cosine"
    gradient_clip: $CLIP
    dropout_scale: 0
  }
}
encode {
  coder: "context"
  bias_bits: 5
}
)";

// What a network loses: nats, or of targets the percentage of variance that it leaves unexplained.
double LossOf(const EvalResult& result) {
  return result.targets ? result.error_percent : result.loss;
}

// What a network that keeps what `trained` has learned loses at the most: half of what guessing
// among `classes` does, or as much of variance, of which noise may be a part, as halfway to what
// the targets' means leave.
double AllowedLoss(const EvalResult& trained, int classes) {
  constexpr double kOfMeans = 100;
  if (trained.targets) return (std::min(trained.error_percent, kOfMeans) + kOfMeans) / 2;
  return std::log(std::max(2, classes)) / 2;
}

// What settings that are in units of the loss are multiplied by: the variance of targets, 1 for
// nats.
StatusOr<double> LossUnit(const Dataset& data) {
  if (!data.has_targets()) return 1.0;
  DC_ASSIGN_OR_RETURN(const TargetSpread spread, SpreadOfTargets(data, data.train));
  return spread.variance;
}

// The highest rate of SGD at which a network keeps what it has learned over 200 steps. `unit` is
// that of losses, with which gradients grow.
StatusOr<double> HighestRate(const Graph& graph, const Dataset& data, double unit, uint64_t seed,
                             int threads, Progress* progress) {
  constexpr int kSteps = 200;
  const int halvings = 12 + static_cast<int>(std::ceil(std::log2(std::max(1.0, unit))));
  constexpr double kFirst = 0.2;
  TrainOptions options;
  options.epochs = 1;
  options.seed = seed;
  options.threads = threads;
  const int64_t images =
      std::min<int64_t>(data.train.count / 2, int64_t{kSteps} * options.batch_size);
  const Dataset measured = DrawHeldOut(data, images, seed);
  Dataset probe = DrawHeldOut(measured, images, seed);
  probe.train = std::move(probe.test);
  probe.test = measured.test;
  DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph.metadata));
  const auto evaluate = [&](const Graph& network) {
    return Evaluate(network, probe, probe.test, preprocess, threads, nullptr);
  };
  DC_ASSIGN_OR_RETURN(const EvalResult trained, evaluate(graph));
  const double allowed = AllowedLoss(trained, data.classes);
  if (!(LossOf(trained) < allowed)) {
    const std::string found = trained.targets ? ErrorText(trained.error_percent, trained.loss)
                                              : "loss is " + NumberText(trained.loss);
    return UsageError("the model is not trained: its " + found + " on samples of the data", "",
                      "train it first, or give its input scaling (dc-train)");
  }
  for (int i = 0; i < halvings; ++i) {
    options.learning_rate = std::ldexp(kFirst, -i);
    Graph moved = graph;
    const auto steps = Train(&moved, probe, preprocess, options, nullptr, nullptr, nullptr);
    if (!steps.ok()) {
      // A rate that is too high is found out so; what cannot be trained fails at every rate.
      if (i + 1 == halvings) return steps.status();
      continue;
    }
    DC_ASSIGN_OR_RETURN(const EvalResult result, evaluate(moved));
    if (LossOf(result) < allowed) {
      OrSilent(progress)->Note("learning rate " + NumberText(options.learning_rate));
      return options.learning_rate;
    }
  }
  return UsageError("no learning rate keeps what the model has learned", "",
                    "write a recipe with a rate of your own");
}

}  // namespace

Status WriteSearchRecipe(const std::string& model, const Dataset& data, uint64_t seed, int threads,
                         const std::string& path, Progress* progress) {
  DC_ASSIGN_OR_RETURN(const Graph graph, LoadModel(model));
  int64_t weights = 0;
  std::map<LayerKind, std::string> bits;  // the most that codebooks begin with
  for (const WeightRef& ref : ListWeights(graph)) {
    weights += ref.size();
    bits[ref.kind] = ref.kind == LayerKind::kConv ? "conv=5" : "fc=4";
  }
  if (weights == 0) {
    return Unsupported("the model has no weights to compress", model,
                       "name a model with convolutions or matrix products");
  }
  DC_ASSIGN_OR_RETURN(const double unit, LossUnit(data));
  const StatusOr<double> rate = HighestRate(graph, data, unit, seed, threads, progress);
  if (!rate.ok()) return rate.status().At(model);
  // What 1 % of the file may cost of the loss, in nats (or variances of targets); a survivor takes
  // about 9 bits.
  constexpr double kNatsPerPercent = 0.0002, kBitsPerSurvivor = 9;
  const double kilobytes =
      kSearchDensity * static_cast<double>(weights) * kBitsPerSurvivor / 8 / 1024;
  const std::map<std::string, std::string> values = {
      {"MODEL", std::filesystem::absolute(model).string()},
      {"SEED", std::to_string(seed)},
      {"DENSITY", NumberText(kSearchDensity)},
      {"RATE", NumberText(*rate)},
      {"CLIP", NumberText(5 * std::max(1.0, unit))},
      {"DECAY", data.has_targets() ? NumberText(0.0001 * unit) : "0.0001"},
      {"BITS", bits.size() == 2 ? "conv=5,fc=4" : bits.begin()->second},
      {"LAMBDA", NumberText(100 * kNatsPerPercent * unit / kilobytes)},
      {"FINE", NumberText(*rate / 5)}};
  std::string text = kSearchRecipe;
  for (const auto& [name, value] : values) {
    for (size_t at; (at = text.find("$" + name)) != std::string::npos;) {
      text.replace(at, name.size() + 1, value);
    }
  }
  return WriteFileAtomic(path, text);
}

}  // namespace dc
