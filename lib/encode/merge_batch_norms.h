// Batch normalization in two vectors of numbers in place of four.
#ifndef DC_ENCODE_MERGE_BATCH_NORMS_H_
#define DC_ENCODE_MERGE_BATCH_NORMS_H_

#include "dc/graph.h"

namespace dc {

// Every BatchNormalization with constant vectors gets the scale a = scale / sqrt(variance +
// epsilon), the bias b = bias - a * mean, the mean 0 and the variance 1 - epsilon: the same
// function up to the rounding of a and b to float32. Vectors of zeros and of 1 - epsilon are the
// same tensor for all of one length. A channel whose a is not finite, and an epsilon of 1 and
// more, leave the node as it is.
void MergeBatchNorms(Graph* graph);

}  // namespace dc

#endif  // DC_ENCODE_MERGE_BATCH_NORMS_H_
