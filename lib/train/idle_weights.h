// Constrained weights that are not trained: those of other heads than the one that is followed.
#ifndef DC_TRAIN_IDLE_WEIGHTS_H_
#define DC_TRAIN_IDLE_WEIGHTS_H_

#include <map>
#include <span>
#include <string>

#include "dc/graph.h"
#include "dc/status.h"
#include "model/constraint.h"
#include "train/parameters.h"

namespace dc::train {

// Keeps their latent values as they are and applies their constraints once, at the end.
class IdleWeights {
 public:
  // Those of `constraints` (which may be null and must outlive it) that name no trained parameter;
  // latent values that are empty become copies of the weights in `graph`. UsageError: a constraint
  // on what is no float initializer, or one without a rule.
  static StatusOr<IdleWeights> Make(const Graph& graph, const Parameters& parameters,
                                    Constraints* constraints);

  // The latent values of the weight `name`; empty where it is none of these.
  std::span<float> Latent(const std::string& name);

  // Writes the effective weights to the initializers of `graph`.
  void Store(Graph* graph) const;

 private:
  std::map<std::string, ConstrainedWeight*> weights_;
};

}  // namespace dc::train

#endif  // DC_TRAIN_IDLE_WEIGHTS_H_
