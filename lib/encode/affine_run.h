// Codebooks with holes as runs without them.
#ifndef DC_ENCODE_AFFINE_RUN_H_
#define DC_ENCODE_AFFINE_RUN_H_

#include <optional>

#include "dc/quantized_weight.h"

namespace dc {

// `weight` with every number of its grid in the codebook, used or not, where its entries are
// base + step * i, bit for bit, for some i: a codebook that is stored as two numbers. A zero that
// is first stays so, and its place in the run is not used. Nothing where the entries are no such
// numbers, are too few or too far apart for that to be worth it, or are the whole run already.
std::optional<QuantizedWeight> AsAffineRun(const QuantizedWeight& weight);

}  // namespace dc

#endif  // DC_ENCODE_AFFINE_RUN_H_
