// Cleans up what exporters put between a stored weight and the node that reads it.
#ifndef DC_MODEL_FOLD_CONSTANTS_H_
#define DC_MODEL_FOLD_CONSTANTS_H_

#include "dc/graph.h"

namespace dc {

// Makes every weight an initializer that its node reads directly:
//  - an Identity of a constant disappears, its readers read the constant;
//  - a Reshape or Transpose of a constant becomes an initializer named like its output, where it is
//    the constant's only reader (so folding never makes a model larger);
//  - a float32 Constant node read by a Conv, Gemm, MatMul, Add or BatchNormalization becomes an
//    initializer.
// Constants that only folded nodes read go away; graph outputs keep their names and producers.
// Nodes that cannot be folded (a Reshape to an impossible shape) stay. Precondition: CheckNames is
// ok.
void FoldConstants(Graph* graph);

}  // namespace dc

#endif  // DC_MODEL_FOLD_CONSTANTS_H_
