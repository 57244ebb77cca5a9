// Kernels that only move values: the output, seen through another shape or layout, is a copy of
// each input.
#ifndef DC_TRAIN_OPERATORS_COPY_OPERATOR_H_
#define DC_TRAIN_OPERATORS_COPY_OPERATOR_H_

#include <memory>
#include <vector>

#include "train/build/node_builder.h"

namespace dc::train {

// windows[i] describes the part of the output that is a copy of input i: a layout of input i's
// shape over the output's memory. Call after builder->Output.
std::unique_ptr<OperatorKernel> MakeCopy(NodeBuilder* builder, const Value& output,
                                         const std::vector<const Value*>& inputs,
                                         const std::vector<dnnl::memory::desc>& windows);

}  // namespace dc::train

#endif  // DC_TRAIN_OPERATORS_COPY_OPERATOR_H_
