// The checksum of every .dcz section.
#ifndef DC_BASE_CRC32_H_
#define DC_BASE_CRC32_H_

#include <cstdint>
#include <span>

namespace dc {

// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, initial and final value all ones) of
// `bytes`; Crc32c("123456789") == 0xE3069283.
uint32_t Crc32c(std::span<const uint8_t> bytes);

// The same without special instructions: what Crc32c does where the processor has none.
uint32_t PortableCrc32c(std::span<const uint8_t> bytes);

}  // namespace dc

#endif  // DC_BASE_CRC32_H_
