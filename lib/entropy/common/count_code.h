// How often a code occurs.
#ifndef DC_ENTROPY_COMMON_COUNT_CODE_H_
#define DC_ENTROPY_COMMON_COUNT_CODE_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace dc {

// How many of `codes` are `code`.
size_t CountCode(std::span<const uint16_t> codes, uint16_t code);

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_COUNT_CODE_H_
