// What an encoder chose, in two lines.
#ifndef DC_TOOLS_COMMON_ENCODING_SUMMARY_H_
#define DC_TOOLS_COMMON_ENCODING_SUMMARY_H_

#include <span>
#include <string>

#include "dc/encode.h"

namespace dc {

// Layouts and coders of `layers` with how many weights and bytes each has got, e.g.
// "positions  escape huffman: 3 weights, 5,210 bytes; dense: 1 weight".
std::string EncodingSummary(std::span<const LayerEncoding> layers);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_ENCODING_SUMMARY_H_
