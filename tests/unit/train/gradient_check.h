// Runs a small graph through an executor, and checks its gradients by central differences.
#ifndef DC_TESTS_UNIT_TRAIN_GRADIENT_CHECK_H_
#define DC_TESTS_UNIT_TRAIN_GRADIENT_CHECK_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "train/executor.h"
#include "train/network.h"
#include "train/parameters.h"

namespace dc::train {

// A dataset of the shape that a graph's input declares, without samples.
Dataset DataFor(const Graph& graph, int classes);

// A graph ready to run. Fails the test where it cannot be made.
class Harness {
 public:
  Harness(Graph graph, int64_t batch, bool training, double dropout_scale = 1.0);

  // Logits of `input` (batch * sample floats).
  std::vector<float> Forward(const std::vector<float>& input, const StepContext& context = {});
  Executor& executor() { return *executor_; }
  Parameters& parameters() { return parameters_; }
  std::vector<float> Gradient(const std::string& parameter);

 private:
  Graph graph_;
  Network network_;
  Parameters parameters_;
  DropoutRatios dropout_;
  std::unique_ptr<Executor> executor_;
};

// Distinct values `step` apart, none closer to zero than step / 2, in random order: moving one by
// less than step / 2 crosses no kink of a ReLU and changes no maximum.
std::vector<float> GridValues(size_t count, double step, uint64_t seed = 5);

// The layer that makes the gradient of the input visible: adds the parameter "shift", zero and of
// the sample's shape, to the input. Put it first.
template <typename Builder>
Builder& AddShift(Builder& builder, const std::vector<int64_t>& sample_shape) {
  std::vector<float> zeros(static_cast<size_t>(ElementCount(sample_shape)), 0.0f);
  return builder.Add("Add", "shifted", {builder.Values("shift", sample_shape, zeros)});
}

// Checks d(sum of r * logits)/dp for the trained parameters p of `graph` (of large ones a sample),
// r being random, against (L(p + h) - L(p - h)) / 2h with L summed in double. `tolerance` is
// relative to the largest gradient of the tensor.
void CheckGradients(const Graph& graph, int64_t batch, const std::vector<float>& input, double h,
                    double tolerance);

// Of CheckGradients: `h` for operators that are linear between their kinks, where only rounding
// counts; for smooth ones, a balance of rounding and curvature; and what either is held to.
inline constexpr double kLinear = 0.02, kSmooth = 0.01, kTolerance = 4e-3;

// Checks shift -> `op` -> Flatten on `batch` samples of grid values `step` apart.
void CheckOneInput(const std::vector<int64_t>& sample, const std::string& op,
                   std::map<std::string, AttributeValue> attributes, double step, double h,
                   int64_t batch = 2);

}  // namespace dc::train

#endif  // DC_TESTS_UNIT_TRAIN_GRADIENT_CHECK_H_
