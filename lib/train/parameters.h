// The numbers that training changes, in one array that all shards read.
#ifndef DC_TRAIN_PARAMETERS_H_
#define DC_TRAIN_PARAMETERS_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "model/roles.h"
#include "train/aligned_floats.h"
#include "train/network.h"

namespace dc::train {

enum class Role {
  kTrained,    // moved by the optimizer
  kStatistic,  // batch norm's running mean or variance: follows the batches
  kFixed,      // a number of the formula: read only
};

// One tensor of the array, in plain ONNX layout.
struct Parameter {
  std::string name;
  std::vector<int64_t> shape;
  Role role = Role::kTrained;
  size_t offset = 0;    // of the first value, a multiple of 16
  size_t size = 0;      // values
  bool decays = false;  // l1 and l2 apply: it is a weight (dc::ListWeights)
  // Dimension 0 of a weight that is one matrix (WeightRef::is_one_matrix), the rest of its shape
  // being columns; 0 of other tensors.
  size_t rows = 0;
  int readers = 0;    // node inputs that use it
  float keep = 0.9f;  // kStatistic: running = keep * running + (1 - keep) * batch
};

// All parameters of a network.
class Parameters {
 public:
  // Copies the values that the nodes of `network` read; dc::FindRoles says which are trained.
  // Unsupported: a parameter that is not float32, or is trained by one node and a statistic of
  // another. UsageError: a pattern of `choice` that matches nothing.
  static StatusOr<Parameters> Load(const Network& network, const TrainChoice& choice = {});

  const std::vector<Parameter>& list() const { return list_; }
  // The parameter `name`, or null.
  const Parameter* Find(const std::string& name) const;
  // Floats of the whole array, gaps included: the size of every gradient array.
  size_t total() const { return values_.size(); }

  std::span<float> all() { return values_.span(); }
  std::span<const float> all() const { return values_.span(); }
  std::span<float> Values(const Parameter& p) { return values_.span().subspan(p.offset, p.size); }
  std::span<const float> Values(const Parameter& p) const {
    return values_.span().subspan(p.offset, p.size);
  }

  // Writes trained values and statistics back to the initializers of `graph`.
  void Store(Graph* graph) const;

 private:
  std::vector<Parameter> list_;
  std::map<std::string, size_t> index_;
  AlignedFloats values_;
};

}  // namespace dc::train

#endif  // DC_TRAIN_PARAMETERS_H_
