// Batch normalization into the weights of the layer before it.
#ifndef DC_QUANTIZE_FOLD_BATCH_NORMS_H_
#define DC_QUANTIZE_FOLD_BATCH_NORMS_H_

#include "dc/graph.h"

namespace dc {

// Where nothing but a batch normalization with constant statistics reads what a Conv, Gemm or
// MatMul of float weights computes, and nothing else reads these and their bias, the weights become
// gamma w / sqrt(variance + epsilon) and the bias beta + (bias - mean) gamma / sqrt(variance +
// epsilon) (Jacob et al. 2018, section 3.2), and the normalization goes; what follows a MatMul is
// an Add. Returns how many went.
int FoldBatchNorms(Graph* graph);

}  // namespace dc

#endif  // DC_QUANTIZE_FOLD_BATCH_NORMS_H_
