// Weight sharing as a constraint on training: the trained values are the centroids.
#ifndef DC_QUANTIZE_TIED_CONSTRAINT_H_
#define DC_QUANTIZE_TIED_CONSTRAINT_H_

#include "model/constraint.h"
#include "quantize/policy.h"

namespace dc {

// latent = codebook (all entries); effective[i] = latent[codes[i]], times its scale where the
// weight has scales; the gradient of an entry is the sum of the gradients of its members (Han et
// al. 2016, equation 3), times their scales. Codes and scales stay as they are. Entry 0 of a sparse
// weight stays 0.0f and has gradient 0.
ConstrainedWeight MakeTiedWeight(const QuantizedWeight& weight);

// `weight` with `latent` as its codebook, entries ascending again (after the zero of a sparse
// weight), and codes renumbered to match.
QuantizedWeight FinishTiedWeight(const QuantizedWeight& weight, std::span<const float> latent);

}  // namespace dc

#endif  // DC_QUANTIZE_TIED_CONSTRAINT_H_
