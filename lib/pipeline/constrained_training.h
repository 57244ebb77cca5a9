// Training under what earlier stages decided: masks, codebooks and quantizers of weights.
#ifndef DC_PIPELINE_CONSTRAINED_TRAINING_H_
#define DC_PIPELINE_CONSTRAINED_TRAINING_H_

#include <functional>
#include <map>
#include <span>
#include <string>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/quantized_weight.h"
#include "dc/status.h"
#include "dc/train.h"
#include "dc/weights.h"
#include "model/constraint.h"
#include "quantize/policy.h"
#include "quantize/quantizer.h"
#include "quantize/rate_constraint.h"
#include "train/trainer.h"

namespace dc {

// The quantized weights of `graph` by name.
StatusOr<std::map<std::string, QuantizedWeight>> QuantizedWeightsOf(const Graph& graph);

// Weights that training keeps on a grid, and what they are afterwards.
class QuantizedTraining {
 public:
  // Goes on with `weight`, by its policy or its quantizer; `original` are its values before it was
  // quantized. `pruned`: as in Begin.
  Status Continue(const WeightRef& ref, const QuantizedWeight& weight,
                  std::span<const float> original, bool pruned);
  // Goes on with `weight`, a codebook for `original`, under the rate constraint of `policy`:
  // RateStep must be called in every step.
  void TrainForRate(const Policy& policy, const WeightRef& ref, const QuantizedWeight& weight,
                    std::span<const float> original, int batch_size);
  // Before step `step` of `total_steps`. `lambda`: QuantizeOptions::lambda.
  void RateStep(double lambda, int64_t step, int64_t total_steps, TrainingState* state);
  // Begins with real weights. `pruned`: zeros are a mask. Precondition: CheckQuantizer is ok.
  void Begin(const QuantizerSpec& spec, const WeightRef& ref, std::span<const float> weights,
             bool pruned, double step_scale);

  // Trains `graph`, whose weights are float initializers and are so afterwards: what the network
  // computes with. Zeros of other weights stay zero where `keep_zeros`. May be called again.
  StatusOr<TrainResult> Train(const TrainOptions& options, const Dataset& data, bool keep_zeros,
                              const StepHook& hook, Graph* graph, Progress* progress);
  // The weight `name`, which was begun or continued, as its latent values are now.
  QuantizedWeight Finished(const std::string& name) const;
  // Puts all weights that were begun or continued into their quantized form; a vector (a bias)
  // keeps being floats, on its grid.
  Status Finish(Graph* graph);

  // The rules and latent values of what was begun or continued; others may join them. Finish needs
  // the rules that it made: one that is replaced must live on.
  Constraints& constraints() { return constraints_; }

 private:
  using Finisher = std::function<QuantizedWeight(std::span<const float> latent)>;

  Constraints constraints_;
  std::map<std::string, Finisher> finish_;
  std::map<std::string, const RateConstraint*> rates_;
};

}  // namespace dc

#endif  // DC_PIPELINE_CONSTRAINED_TRAINING_H_
