// The recipe that a search for the smallest file begins with.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "base/number_text.h"
#include "data/held_out.h"
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
    gradient_clip: 5
    l2: 0.0001
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
    gradient_clip: 5
    dropout_scale: 0
  }
}
encode {
  coder: "context"
  bias_bits: 5
}
)";

// The highest rate of SGD at which a network keeps what it has learned: 200 steps end with less
// than half the loss of guessing.
StatusOr<double> HighestRate(const Graph& graph, const Dataset& data, uint64_t seed, int threads,
                             Progress* progress) {
  constexpr int kSteps = 200, kHalvings = 12;
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
  const double allowed = std::log(std::max(2, data.classes)) / 2;
  const auto loss_of = [&](const Graph& network) -> StatusOr<double> {
    DC_ASSIGN_OR_RETURN(const EvalResult result,
                        Evaluate(network, probe, probe.test, preprocess, threads, nullptr));
    return result.loss;
  };
  DC_ASSIGN_OR_RETURN(const double trained, loss_of(graph));
  if (!(trained < allowed)) {
    return UsageError(
        "the model is not trained: its loss is " + NumberText(trained) + " on samples of the data",
        "", "train it first, or give its input scaling (dc-train)");
  }
  for (int i = 0; i < kHalvings; ++i) {
    options.learning_rate = kFirst / (1 << i);
    Graph moved = graph;
    const auto result = Train(&moved, probe, preprocess, options, nullptr, nullptr, nullptr);
    if (!result.ok()) {
      // A rate that is too high is found out so; what cannot be trained fails at every rate.
      if (i + 1 == kHalvings) return result.status();
      continue;
    }
    DC_ASSIGN_OR_RETURN(const double loss, loss_of(moved));
    if (loss < allowed) {
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
  const StatusOr<double> rate = HighestRate(graph, data, seed, threads, progress);
  if (!rate.ok()) return rate.status().At(model);
  // What 1 % of the file may cost of the loss, in nats; a survivor takes about 9 bits.
  constexpr double kNatsPerPercent = 0.0002, kBitsPerSurvivor = 9;
  const double kilobytes =
      kSearchDensity * static_cast<double>(weights) * kBitsPerSurvivor / 8 / 1024;
  const std::map<std::string, std::string> values = {
      {"MODEL", std::filesystem::absolute(model).string()},
      {"SEED", std::to_string(seed)},
      {"DENSITY", NumberText(kSearchDensity)},
      {"RATE", NumberText(*rate)},
      {"BITS", bits.size() == 2 ? "conv=5,fc=4" : bits.begin()->second},
      {"LAMBDA", NumberText(100 * kNatsPerPercent / kilobytes)},
      {"FINE", NumberText(*rate / 5)}};
  std::string text = kSearchRecipe;
  for (const auto& [name, value] : values) {
    text.replace(text.find("$" + name), name.size() + 1, value);
  }
  return WriteFileAtomic(path, text);
}

}  // namespace dc
