// Chapter 3: forms.
#ifndef DOCS_REFERENCE_DECODER_FORMS_H_
#define DOCS_REFERENCE_DECODER_FORMS_H_

#include <cstdint>
#include <vector>

#include "manifest.h"
#include "reading.h"

namespace dcz {

// The number of the bits of an f32 or an f16, which is no NaN.
float ToFloat(uint32_t bits, bool f16);

// An Exp-Golomb number of order k. The tables of chapter 4 allow 17 zeros.
uint64_t ReadExpGolomb(BitReader* bits, uint64_t k, uint64_t max_zeros = 32);

// *Runs*: of each of `count` elements, whether it is of the second sort.
std::vector<bool> ReadRuns(BitReader* bits, uint64_t count);

// The codebook of a tensor with codes, taken from the codebooks section.
std::vector<float> ReadCodebook(const Tensor& tensor, ByteReader* section);

// **Hashed weights**: the codes of all elements.
std::vector<uint16_t> ReadHashedWeight(const Tensor& tensor, Bytes codes_stream, Bytes gaps_stream);

// The elements of a plain tensor, taken from the values section.
std::vector<float> ReadValues(const Tensor& tensor, ByteReader* section);

}  // namespace dcz

#endif  // DOCS_REFERENCE_DECODER_FORMS_H_
