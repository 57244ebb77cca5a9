// The container of a .dcz for inspection: whatever can be read of it, damaged or not.
#ifndef DC_INSPECT_INSPECT_CONTAINER_H_
#define DC_INSPECT_INSPECT_CONTAINER_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "format/layout.h"
#include "inspect/inspect_fields.h"

namespace dc {

struct InspectedSection {
  uint8_t kind = 0;
  bool optional = false, zstd = false;
  uint64_t stored_size = 0, raw_size = 0;  // as the table says
  uint32_t checksum = 0;                   // likewise
  uint64_t begin = 0;                      // offset of its bytes in the file
  std::span<const uint8_t> stored;         // fewer than stored_size where the file ends
  bool intact = false;                     // all there, and the checksum is right
  std::vector<uint8_t> inflated;           // zstd: the raw bytes
  // The stored bytes, or what they decompress to; empty where they do not.
  std::span<const uint8_t> raw() const {
    return zstd ? std::span<const uint8_t>(inflated) : stored;
  }
  // "manifest", or "kind 9" for kinds that this version does not know.
  std::string Name() const;
};

struct InspectedContainer {
  int major = 0, minor = 0;
  bool readable = false;  // a .dcz of this major version whose table is complete
  bool intact = false;    // and the table's checksum is right
  std::vector<InspectedSection> sections;
  std::vector<ByteField> front;  // header, table and their checksum; all bytes if not readable
  uint64_t end = 0;              // offset after the last section

  // The section of this kind, or null.
  const InspectedSection* Find(format::SectionKind kind) const;
};

// Takes the container apart and decompresses what is compressed, within the limits of the format.
// `file` must outlive the result.
InspectedContainer InspectContainer(std::span<const uint8_t> file);

}  // namespace dc

#endif  // DC_INSPECT_INSPECT_CONTAINER_H_
