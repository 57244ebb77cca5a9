// First and second moments of what a layer multiplies its weights with: what second-order methods
// know of the data.
#ifndef DC_MODEL_INPUT_MOMENTS_H_
#define DC_MODEL_INPUT_MOMENTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dc {

// Of the values x that each output of a layer is a product with (of a convolution: the window,
// channels first; of one of its groups), and of the values r at the same places in the network that
// is to be approximated. Means over `count` places. Matrices are inputs x inputs, row-major. Of
// very many inputs only `inputs` of them, the first being `first_input`.
struct InputMoments {
  int64_t first_input = 0, inputs = 0, count = 0;
  std::vector<double> second;            // E[x x^T]
  std::vector<double> cross;             // E[r x^T]
  std::vector<double> reference_second;  // E[r r^T]
  std::vector<double> mean;              // E[x]
  std::vector<double> reference_mean;    // E[r]
};

}  // namespace dc

#endif  // DC_MODEL_INPUT_MOMENTS_H_
