// Networks that are described by a few numbers.
#ifndef DC_MODEL_BLOCK_NETWORK_H_
#define DC_MODEL_BLOCK_NETWORK_H_

#include <cstdint>
#include <vector>

#include "dc/graph.h"

namespace dc {

// So many 3x3 convolutions of so many filters, each with batch normalization and an activation
// function after it, and a 2x2 max pool at the end.
struct ConvolutionBlock {
  int layers = 1, filters = 64;
};

// The networks of Moons et al. 2017 (arXiv 1711.00215): blocks, then one fully connected layer
// without a bias and a batch normalization of its outputs. Activation functions are Clips to
// [-1, 1], in whose place methods put their quantizers; batch normalization has an epsilon of 1e-4.
// Parameters have no values yet. Precondition: the image is not pooled away.
Graph BlockNetwork(const std::vector<ConvolutionBlock>& blocks, int64_t channels, int64_t height,
                   int64_t width, int64_t classes);

}  // namespace dc

#endif  // DC_MODEL_BLOCK_NETWORK_H_
