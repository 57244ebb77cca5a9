// Chapter 4: coded weights.
#ifndef DOCS_REFERENCE_DECODER_CODED_WEIGHTS_H_
#define DOCS_REFERENCE_DECODER_CODED_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "manifest.h"
#include "reading.h"

namespace dcz {

// Chapter 4: the matrix of a weight.
struct Matrix {
  uint64_t rows, columns;              // R and C
  uint64_t kernel, kernel_line;        // A and B of chapter 5
  std::vector<uint32_t> rows_left;     // those that are not flagged, R' of them
  std::vector<uint32_t> columns_left;  // C' of them
};

// Elements as numbers r x C + c, in the order of their entries.
using Places = std::vector<uint32_t>;
using Symbols = std::vector<uint32_t>;

// The codes of all elements of a weight.
std::vector<uint16_t> ReadWeight(const Tensor& tensor, const std::vector<float>& codebook,
                                 Bytes codes_stream, Bytes gaps_stream);

// Chapter 3, **Planes**: the elements of a tensor that is stored in them.
std::vector<float> ReadPlanes(const Tensor& tensor, Bytes streams);

}  // namespace dcz

#endif  // DOCS_REFERENCE_DECODER_CODED_WEIGHTS_H_
