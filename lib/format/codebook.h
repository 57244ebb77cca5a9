// Stored codebooks: their size and arithmetic.
#ifndef DC_FORMAT_CODEBOOK_H_
#define DC_FORMAT_CODEBOOK_H_

#include <cstdint>

#include "format/manifest.h"

namespace dc::format {

// "float32", "float16", "table", "affine", "ternary", "hashed", "float32 planes", ...: what people
// read.
const char* NameOf(Form form);

// Bytes of the stored codebook of `entry`; 0 for forms without codes.
uint64_t CodebookBytes(const TensorEntry& entry);

// Bytes of the plain values of `entry`; 0 for forms with codes.
uint64_t ValueBytes(const TensorEntry& entry);

// base + step * i, the product and the sum each rounded to binary32.
float AffineValue(float base, float step, uint32_t i);

}  // namespace dc::format

#endif  // DC_FORMAT_CODEBOOK_H_
