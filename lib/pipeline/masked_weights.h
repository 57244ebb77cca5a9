// The weights of a training that prunes, and when their masks are chosen.
#ifndef DC_PIPELINE_MASKED_WEIGHTS_H_
#define DC_PIPELINE_MASKED_WEIGHTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/prune.h"
#include "dc/status.h"
#include "model/constraint.h"
#include "train/trainer.h"

namespace dc {

// Every weight has a mask, over the rule that its quantizer or its codebook has, where it has one;
// or it is spliced, or learns its noise. The schedule narrows the masks.
class MaskedWeights {
 public:
  // `constraints` has the rules of weights that are quantized; every weight of `graph`, which are
  // floats, gets a mask of what is not zero now, or what `options` says in its place.
  MaskedWeights(const Graph& graph, const PruneOptions& options, Constraints* constraints);

  // Puts `mask` on the weight `name`; its noise, where it has any, ends.
  void SetMask(const std::string& name, const std::vector<uint8_t>& mask, TrainingState* state);

  // The real weights by name. A weight whose values are shared has none of its own: it stays with
  // those that it has in the graph.
  std::map<std::string, RunningWeight> Running(TrainingState* state) const;

  // The weights that learn their noise.
  const std::set<std::string>& noisy() const { return noisy_; }

 private:
  void SetRule(const std::string& name, const std::vector<uint8_t>& mask);
  // A codebook is shorter than its weight; what quantizers learn follows the latent weights.
  bool HasLatentWeights(const std::string& name) const;

  bool splice_;
  Constraints* constraints_;
  std::set<std::string> noisy_;
  std::map<std::string, std::shared_ptr<const Constraint>> under_;
  std::map<std::string, size_t> sizes_;  // of the weights in under_
};

// Chooses the masks of a running training as the schedule asks.
class MaskUpdater {
 public:
  // `samples`: that are trained on. Keeps references to all.
  MaskUpdater(const Graph& graph, const PruneOptions& options, int64_t samples,
              MaskedWeights* weights)
      : graph_(graph), options_(options), samples_(samples), weights_(weights) {}

  // Before step `step` of `total_steps`.
  Status operator()(int64_t step, int64_t total_steps, TrainingState* state);

 private:
  // Masks are chosen where this changes.
  struct Choice {
    double extent = 0;
    int64_t revision = 0;  // of the same extent
    bool operator==(const Choice&) const = default;
  };

  // Gradual schedules move in `mask_updates` equal strides of the ramp, the others by themselves.
  Choice ChoiceAt(int64_t step, int64_t total_steps) const;
  // Raises the weight of the noise's divergence, and chooses the masks where the ramp ends.
  Status FollowNoise(int64_t step, int64_t total_steps, TrainingState* state);
  Status ChooseAt(double extent, TrainingState* state);

  const Graph& graph_;
  const PruneOptions& options_;
  int64_t samples_;
  MaskedWeights* weights_;
  std::optional<Choice> last_;
};

}  // namespace dc

#endif  // DC_PIPELINE_MASKED_WEIGHTS_H_
