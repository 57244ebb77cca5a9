// Chapter 5: the context coder.
#ifndef DOCS_REFERENCE_DECODER_CONTEXT_CODER_H_
#define DOCS_REFERENCE_DECODER_CONTEXT_CODER_H_

#include <vector>

#include "coded_weights.h"
#include "reading.h"

namespace dcz {

// **Bitmasks**.
Places ReadContextBitmask(Bytes stream, const Matrix& matrix);

// **Codes**: the code of each of the `places`.
Symbols ReadContextCodes(Bytes stream, const Matrix& matrix, bool dense, const Places& places,
                         const std::vector<float>& codebook);

}  // namespace dcz

#endif  // DOCS_REFERENCE_DECODER_CONTEXT_CODER_H_
