// Flatten and Reshape: the same values under another shape.
#include "runtime/operators/registry.h"

namespace dc::runtime {

StatusOr<NodeResult> MakeReshape(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  return NodeResult{};
}

StatusOr<NodeResult> MakeFlatten(const NodeContext& context) { return MakeReshape(context); }

}  // namespace dc::runtime
