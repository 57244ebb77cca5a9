// Batch normalization before a quantizer, as thresholds.
#ifndef DC_ENCODE_FOLD_THRESHOLDS_H_
#define DC_ENCODE_FOLD_THRESHOLDS_H_

#include "dc/graph.h"

namespace dc {

// Where a BatchNormalization reads whole multiples of a number (a product of weights and values
// that both are such multiples) and only a quantizer of two or three levels reads it, the pair asks
// of every value whether it is at least a threshold of its channel: the batch normalization becomes
// a subtraction of that threshold, itself such a multiple, and the quantizer one or two choices by
// sign, with a negative scale where the batch normalization turns the order around. The result is
// the same number for number, and four vectors of floats become one or two of small whole numbers.
// A channel whose threshold lies closer to a value than float rounding keeps its batch
// normalization, and with it the whole pair.
void FoldThresholds(Graph* graph);

}  // namespace dc

#endif  // DC_ENCODE_FOLD_THRESHOLDS_H_
