// Every quantizer of weights; one file each.
#ifndef DC_QUANTIZE_QUANTIZERS_QUANTIZERS_H_
#define DC_QUANTIZE_QUANTIZERS_QUANTIZERS_H_

#include "quantize/quantizer.h"

namespace dc {

QuantizerEntry BinaryQuantizer();
QuantizerEntry DorefaQuantizer();
QuantizerEntry DynamicQuantizer();
QuantizerEntry HashedQuantizer();
QuantizerEntry InqQuantizer();
QuantizerEntry MinifloatQuantizer();
QuantizerEntry PowerQuantizer();
QuantizerEntry StoredQuantizer();
QuantizerEntry TernaryQuantizer();
QuantizerEntry UniformQuantizer();

// Freezes weights of the quantizer "inq" until `share` of them are, the largest or random ones.
// `latent` holds the weights and then the learned values.
void FreezeShare(double share, int bits, bool largest_first, uint64_t seed,
                 std::span<float> latent);

// Moves the range of a weight of the quantizer "dynamic" that is followed, by one bit at most, as
// the overflows of its weights ask for. `latent` holds the weights and then the range.
void FollowOverflows(int stored_bits, std::span<float> latent);

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZERS_QUANTIZERS_H_
