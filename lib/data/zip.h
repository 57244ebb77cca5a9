// The part of the zip format that NumPy's archives use.
#ifndef DC_DATA_ZIP_H_
#define DC_DATA_ZIP_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

// One file of an archive, as the central directory has it.
struct ZipEntry {
  uint16_t method = 0;  // 0 stored, 8 deflated
  uint16_t flags = 0;
  uint32_t crc = 0;  // of the decoded bytes
  size_t coded_size = 0, size = 0;
  size_t offset = 0;  // of the local header
};

// The entries of `archive` by name. BadInput where it is no zip file or a damaged one; Unsupported
// for zip64 (archives above 4 GB). Errors name `where`.
StatusOr<std::map<std::string, ZipEntry>> ListZip(std::span<const uint8_t> archive,
                                                  const std::string& where);

// The decoded bytes of `entry`, checked against its size and CRC.
StatusOr<std::vector<uint8_t>> ReadZipEntry(std::span<const uint8_t> archive, const ZipEntry& entry,
                                            const std::string& where);

}  // namespace dc

#endif  // DC_DATA_ZIP_H_
