// A manifest's graph as the planner walks it: what each value is, who reads it, which nodes matter.
#ifndef DC_RUNTIME_PLAN_GRAPH_VIEW_H_
#define DC_RUNTIME_PLAN_GRAPH_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dc/status.h"
#include "format/manifest.h"
#include "runtime/kernels/epilogue.h"

namespace dc::runtime {

// Nodes after a layer that run inside its kernel.
struct Fusion {
  std::optional<size_t> extra_bias;                    // tensor that an Add adds
  std::optional<size_t> norm;                          // node of a BatchNormalization
  float low = Epilogue().low, high = Epilogue().high;  // of a Relu or Clip
  std::vector<size_t> nodes;                           // that are merged, in order
};

class GraphView {
 public:
  // Checks what everything below relies on: known operators with as many inputs and attributes as
  // they take, values that exist and come before the node that reads them, positive
  // shapes, an input, outputs that are not constants.
  static StatusOr<GraphView> Make(const format::Manifest& manifest);

  bool IsTensor(uint32_t value) const { return value >= inputs_ && value < inputs_ + tensors_; }
  size_t TensorOf(uint32_t value) const { return value - inputs_; }
  uint32_t OutputOf(size_t node) const { return static_cast<uint32_t>(inputs_ + tensors_ + node); }
  size_t values() const { return inputs_ + tensors_ + manifest_->nodes.size(); }
  // Whether an output depends on `node`.
  bool IsNeeded(size_t node) const { return needed_[node]; }
  // "node 3, Conv conv1": how errors call it.
  std::string NodeText(size_t node) const;
  // What can be merged into `node`, a Conv, Gemm or MatMul: the chain of sole readers of its output
  // that are an Add of one constant per column (MatMul only), then a BatchNormalization, unless the
  // layer's rows are not the channels, then a Relu or Clip.
  Fusion FindFusion(size_t node, bool rows_are_channels) const;
  // A Relu or Clip that is the sole reader of `node`.
  Fusion FindLimits(size_t node) const;

 private:
  // Merges `node` if it is a Relu or Clip.
  void AddLimits(size_t node, Fusion* fusion) const;
  // Whether `norm` is a BatchNormalization of `value`, as many channels as the layer `node` has
  // rows.
  bool IsNormOf(size_t norm, uint32_t value, const format::Node& layer) const;
  // The only needed node that reads `value`, if nothing else does.
  std::optional<size_t> SoleReader(uint32_t value) const;

  const format::Manifest* manifest_ = nullptr;
  size_t inputs_ = 0, tensors_ = 0;
  std::vector<bool> needed_;
  std::vector<uint32_t> readers_;    // number of needed readers of each value, outputs among them
  std::vector<size_t> last_reader_;  // one of them
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_PLAN_GRAPH_VIEW_H_
