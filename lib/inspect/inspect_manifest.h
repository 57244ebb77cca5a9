// The bytes of a manifest, field by field.
#ifndef DC_INSPECT_INSPECT_MANIFEST_H_
#define DC_INSPECT_INSPECT_MANIFEST_H_

#include <cstdint>
#include <span>
#include <vector>

#include "inspect/inspect_fields.h"

namespace dc {

// Marks the protobuf message Manifest in `bytes`; names come from its descriptor. What is no such
// message is marked as damaged from there on.
std::vector<ByteField> MarkManifest(std::span<const uint8_t> bytes);

}  // namespace dc

#endif  // DC_INSPECT_INSPECT_MANIFEST_H_
