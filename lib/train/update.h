// One step of all parameters: shard gradients in, new values out.
#ifndef DC_TRAIN_UPDATE_H_
#define DC_TRAIN_UPDATE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "dc/status.h"
#include "model/constraint.h"
#include "train/optimizer.h"
#include "train/parameters.h"

namespace dc::train {

// Adds the shards' gradients in their order, so that results do not depend on threads; adds weight
// decay; passes the sum through the constraints; moves the latent values; draws rows and columns
// towards zero (group_lasso); projects them. Statistics move towards the shards' mean. The work is
// cut into pieces that depend on the model only.
class Updater {
 public:
  // `constraints` may be null; latent values that are empty start as copies of their weights. Both
  // must outlive the updater. Projects the constrained weights; leaves alone what is not trained
  // (IdleWeights). UsageError: a constraint without a rule; l1 or l2 below 0.
  static StatusOr<Updater> Make(Parameters* parameters, Constraints* constraints, double l1,
                                double l2, OptimizerKind kind);

  // UsageError where a weight has no latent weights of which rows and columns could be drawn to
  // zero.
  Status CheckGroups() const;

  // One step. gradients[s] is Executor::gradients of shard s.
  void Step(const OptimizerStep& step, std::span<const std::span<const float>> gradients,
            ThreadPool* pool);

  // The latent values of the trained parameter `name`: of its constraint, or the values themselves
  // where it has none. Empty where there is no such parameter.
  std::span<float> Latent(const std::string& name);

  // Projects the weight `name` again under its changed rule, and passes its optimizer state through
  // ReduceGradient where latent and effective values have one size.
  void ConstraintChanged(const std::string& name);

  // Every array that the next step depends on besides Parameters::all, in a fixed order: optimizer
  // state, then per constrained weight its latent values and optimizer state. For checkpoints.
  std::vector<std::span<float>> StateArrays();

 private:
  struct Constrained {
    const Parameter* parameter;
    ConstrainedWeight* weight;
    std::vector<float> gradient;  // of the latent values; empty where they have the weight's size
    std::vector<float> state[2];
    std::vector<float> columns;  // scratch for ShrinkGroups
  };
  // A free weight whose rows and columns are groups.
  struct Grouped {
    const Parameter* parameter;
    std::vector<float> columns;
  };
  // A part of one parameter that one thread handles.
  struct Piece {
    const Parameter* parameter;
    size_t begin, size;  // in Parameters::all
    bool constrained;
    bool decays_latent;  // weight decay is StepConstrained's
  };

  // The factor that brings the gradient of all trained parameters to the length `greatest` where it
  // is longer, else 1.
  float ClipScale(double greatest, std::span<const std::span<const float>> gradients,
                  ThreadPool* pool);
  void StepPiece(const Piece& piece, const OptimizerStep& step,
                 std::span<const std::span<const float>> gradients);
  void StepConstrained(Constrained* constrained, const OptimizerStep& step);
  // The proximal step of a free weight.
  void StepGroups(Grouped* grouped, const OptimizerStep& step);
  Constrained* FindConstrained(const std::string& name);
  // Whether its latent values are a real weight for each of the effective ones, and perhaps more.
  static bool HasLatentWeights(const Constrained& constrained) {
    return constrained.weight->latent.size() >= constrained.parameter->size;
  }
  // Adds weight decay to the gradient of `w`.
  void Decay(std::span<const float> w, std::span<float> gradient) const;

  Parameters* parameters_ = nullptr;
  float l1_ = 0, l2_ = 0;
  AlignedFloats total_;     // sum of the shards' gradients, where a constraint reads it
  AlignedFloats state_[2];  // of free parameters
  std::vector<Piece> pieces_;
  std::vector<double> piece_squares_;  // of the gradients, for ClipScale
  float gradient_scale_ = 1;
  std::vector<Constrained> constrained_;
  std::vector<Grouped> grouped_;
};

}  // namespace dc::train

#endif  // DC_TRAIN_UPDATE_H_
