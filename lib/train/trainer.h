// The training loop, with the hooks that the pipeline's prune-retrain loops need.
#ifndef DC_TRAIN_TRAINER_H_
#define DC_TRAIN_TRAINER_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "dc/train.h"
#include "model/constraint.h"

namespace dc {

// What a hook may see and change between two steps.
class TrainingState {
 public:
  virtual ~TrainingState() = default;
  // The latent values of the weight `name`; empty where there is no such parameter.
  virtual std::span<float> Latent(const std::string& name) = 0;
  // Must follow a change of the constraint of `name`: projects the weight again and passes its
  // optimizer state through ReduceGradient where sizes allow.
  virtual void ConstraintChanged(const std::string& name) = 0;
  // Multiplies the ratio of the Dropout node that writes `output` from now on, in place of the
  // scale of an earlier call. Checkpoints keep it.
  virtual void SetDropoutScale(const std::string& output, double scale) = 0;
};

// Called before step `step` of `total_steps` (both over the whole run, step from 0).
using StepHook = std::function<Status(int64_t step, int64_t total_steps, TrainingState* state)>;

// Trains `graph` in place on data.train with the loss of `options` on the output that
// `options.logits` names or its metadata does or that fits the data (ChooseOutput): with labels
// softmax cross entropy, binary cross entropy of one value, or the squared hinge, of which a final
// Softmax, or Sigmoid of one value, is part; with targets the mean squared error.
// `graph` is a float graph without `uninitialized` parameters; weights named in `constraints` obey
// them, and `constraints` holds the trained latent values afterwards; effective weights go back
// into the graph's initializers. `constraints` and `hook` may be null. Every float parameter that
// takes part in the computation is trained; batch-norm running statistics follow the batches.
// Constraints on weights that take no part (those of other heads) are applied once. Errors: an
// operator or shape that is not covered, a data shape or class count that does not fit (naming
// both), a loss that is not finite. On an error the graph is as it was. Each batch is cut into
// shards (train/sharding.h) that run in parallel and whose gradients are added in order: results do
// not depend on `threads`. Batch norm normalises each shard by itself. Samples that do not fill an
// epoch's last batch sit that epoch out. A resumed run calls `hook` from its first step on; latent
// values and dropout scales are those of the checkpoint, rules of constraints are the caller's to
// restore, in that first call.
StatusOr<TrainResult> Train(Graph* graph, const Dataset& data, const Preprocess& preprocess,
                            const TrainOptions& options, Constraints* constraints,
                            const StepHook& hook, Progress* progress);

// What Train would refuse of `options` before its first step, as far as that can be told without
// planning the computation. Does nothing for 0 epochs.
Status CheckTraining(const Graph& graph, const Dataset& data, const Preprocess& preprocess,
                     const TrainOptions& options);

}  // namespace dc

#endif  // DC_TRAIN_TRAINER_H_
