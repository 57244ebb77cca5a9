// Runs a network forward and backward on one batch of a fixed size, on the calling thread.
#ifndef DC_TRAIN_EXECUTOR_H_
#define DC_TRAIN_EXECUTOR_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"
#include "train/build/node_kernel.h"
#include "train/dropout_ratios.h"
#include "train/network.h"
#include "train/parameters.h"

namespace dc::train {

// Owns the activations and gradients of one shard. Executors share network, parameters and dropout
// ratios, which must outlive them; they only read, so that several run at once.
class Executor {
 public:
  // For `batch` samples. `training`: dropout and batch norm work as in training and Backward may be
  // called. Errors: a node that is not covered, a network with logits that are not [batch,
  // classes] where they must be (Network::any_shape), no memory.
  static StatusOr<std::unique_ptr<Executor>> Make(const Network& network,
                                                  const Parameters& parameters,
                                                  DropoutRatios* dropout, int64_t batch,
                                                  bool training);
  ~Executor();

  int64_t batch() const;
  // Values of the logits for one sample.
  int64_t outputs() const;
  // batch * (product of Network::sample_shape) floats, row-major: to be filled before Forward.
  std::span<float> input();
  // input -> logits.
  Status Forward(const StepContext& context);
  // batch * outputs() floats, row-major.
  std::span<const float> logits() const;
  // The value `name` as the last Forward left it, row-major; empty where the network has none.
  std::vector<float> ValuesOf(const std::string& name);
  // Its shape, the batch in front; empty likewise.
  std::vector<int64_t> ShapeOf(const std::string& name) const;
  // To be filled with the gradient of the loss before Backward.
  std::span<float> logits_gradient();
  // logits_gradient -> gradients, for the batch of the last Forward.
  Status Backward();
  // Laid out as Parameters::all. At a statistic: the batch's value, which training averages.
  std::span<const float> gradients() const;

 private:
  struct State;
  explicit Executor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dc::train

#endif  // DC_TRAIN_EXECUTOR_H_
