// Makes the kernel of a node by the name of its operator.
#ifndef DC_TRAIN_BUILD_KERNEL_REGISTRY_H_
#define DC_TRAIN_BUILD_KERNEL_REGISTRY_H_

#include <memory>

#include "train/build/node_builder.h"

namespace dc::train {

// Whether training has a kernel for `record`.
bool HasKernel(const op::Operator& record);

// The kernel of the builder's node, its output added to the build state. Unsupported names the
// node where its form is not covered.
StatusOr<std::unique_ptr<OperatorKernel>> MakeOperatorKernel(NodeBuilder* builder);

}  // namespace dc::train

#endif  // DC_TRAIN_BUILD_KERNEL_REGISTRY_H_
