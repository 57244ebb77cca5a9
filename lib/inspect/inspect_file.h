// A .dcz taken apart for inspection, damaged or not.
#ifndef DC_INSPECT_INSPECT_FILE_H_
#define DC_INSPECT_INSPECT_FILE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/manifest.h"
#include "format/reader.h"
#include "inspect/inspect_container.h"
#include "inspect/inspect_fields.h"
#include "inspect/inspect_streams.h"

namespace dc {

struct InspectedFile {
  InspectedContainer container;
  std::optional<format::Manifest> manifest;  // where it is there and consistent
  // One a tensor of the manifest; shorter than the manifest says where a section ends early.
  std::vector<format::TensorStreams> streams;
  std::vector<MarkedStreams> marked;
};

// `file` must outlive the result.
InspectedFile TakeApart(std::span<const uint8_t> file);

// The fields of the whole file, then those of what each zstd section decompresses to.
std::vector<MarkedBytes> MarkFile(const InspectedFile& inspected, std::span<const uint8_t> file);

}  // namespace dc

#endif  // DC_INSPECT_INSPECT_FILE_H_
