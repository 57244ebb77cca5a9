// Kernels that only move values: the output, seen through another shape or layout, is a copy of
// each input.
#ifndef DC_TRAIN_OPERATORS_COPY_OPERATOR_H_
#define DC_TRAIN_OPERATORS_COPY_OPERATOR_H_

#include <memory>
#include <vector>

#include "train/build/node_builder.h"

namespace dc::train {

// One copied input of a node.
struct CopiedInput {
  size_t index = 0;  // among the node's inputs
  const Value* value = nullptr;
  // The part of the output that is a copy of it: a layout of its shape over the output's memory.
  dnnl::memory::desc window;
};

// Call after builder->Output.
std::unique_ptr<OperatorKernel> MakeCopy(NodeBuilder* builder, const Value& output,
                                         const std::vector<CopiedInput>& inputs);

}  // namespace dc::train

#endif  // DC_TRAIN_OPERATORS_COPY_OPERATOR_H_
