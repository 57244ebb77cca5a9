// Numbers of bytes on a command line.
#ifndef DC_TOOLS_COMMON_BYTE_COUNT_H_
#define DC_TOOLS_COMMON_BYTE_COUNT_H_

#include <cstdint>
#include <string>

namespace dc {

// "1000", "512M": a number of bytes, with K, M or G for powers of 1024; 0 where it is none.
uint64_t ParseByteCount(const std::string& text);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_BYTE_COUNT_H_
