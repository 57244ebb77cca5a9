#include "runtime/operators/registry.h"

#include "op/chosen_operators.h"

namespace dc::runtime {

MakeOperatorKernel* FindMakeOperatorKernel(format::Op op) {
  switch (op) {
#define DC_FILE_OPERATOR(number, name) \
  case format::Op::k##name:            \
    return op::IsChosen(#name) ? Make##name : nullptr;
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"
    case format::Op::kNone:
      break;
  }
  return nullptr;
}

}  // namespace dc::runtime
