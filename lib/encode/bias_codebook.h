// Codebooks for biases and the vectors of batch normalization.
#ifndef DC_ENCODE_BIAS_CODEBOOK_H_
#define DC_ENCODE_BIAS_CODEBOOK_H_

#include "dc/quantized_weight.h"
#include "dc/tensor.h"

namespace dc {

// The values of `tensor` (float32, finite, not empty) as codes of at most `bits` bits (1..16): the
// k-means clusters of least squared error, zeros exact and in entry 0. Where that many entries hold
// every value, nothing is rounded.
QuantizedWeight QuantizeBias(const Tensor& tensor, int bits);

}  // namespace dc

#endif  // DC_ENCODE_BIAS_CODEBOOK_H_
