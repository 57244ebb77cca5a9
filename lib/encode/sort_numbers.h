// Codebooks as differences between their sorted numbers: the writing side of
// format/sorted_numbers.h.
#ifndef DC_ENCODE_SORT_NUMBERS_H_
#define DC_ENCODE_SORT_NUMBERS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dc {

// `numbers` (bits of binary32, or of binary16 where `half`; not empty) as differences, in the
// cheapest order of Exp-Golomb numbers. Nothing where they are not sorted and too many to say how.
std::optional<std::vector<uint8_t>> EncodeSortedNumbers(std::span<const uint32_t> numbers,
                                                        bool half);

}  // namespace dc

#endif  // DC_ENCODE_SORT_NUMBERS_H_
