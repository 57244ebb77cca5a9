// A codebook and codes that keep a layer's outputs, rather than its weights, close.
#ifndef DC_CALIBRATE_CODEBOOK_FIT_H_
#define DC_CALIBRATE_CODEBOOK_FIT_H_

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "calibrate/layer_problem.h"

namespace dc::calibrate {

// The rows of one group of a layer: weight i of row r is weight first + r * inputs + i of the
// layer.
struct QuantizedGroup {
  LayerProblem problem;
  size_t first = 0;
};

struct CodebookFit {
  std::vector<float> codebook;  // ascending but for a leading zero, which a sparse layer has
  std::vector<uint16_t> codes;  // of all weights of the layer
  double error = 0;             // sum of ErrorOf over the rows
};

// Finds a codebook of at most `entries` values (the zero of a sparse layer included), shared by all
// groups, and codes for the weights where `kept` is not 0; the others are zeros. It starts from
// k-means where each weight counts as the diagonal of H, and alternates
//  - codes: row by row, each weight in turn goes to the entry that is nearest once what earlier
//  ones
//    did to the outputs is made up for (GPTQ, Frantar et al. 2022, arXiv 2210.17323), by the
//    Cholesky factor of H over the row's survivors;
//  - the codebook: the least squares of the outputs' error for these codes.
// The best of all rounds is returned. In a sparse layer a survivor may become zero.
// Memory: 32 matrices of entries x entries numbers.
CodebookFit FitCodebook(const std::vector<QuantizedGroup>& groups, const std::vector<uint8_t>& kept,
                        size_t entries, int rounds, ThreadPool* pool);

}  // namespace dc::calibrate

#endif  // DC_CALIBRATE_CODEBOOK_FIT_H_
