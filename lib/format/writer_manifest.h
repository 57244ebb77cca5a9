// Manifest -> the manifest section's bytes.
#ifndef DC_FORMAT_WRITER_MANIFEST_H_
#define DC_FORMAT_WRITER_MANIFEST_H_

#include <cstdint>
#include <vector>

#include "format/manifest.h"

namespace dc::format {

// The protobuf message, without what ParseManifest fills in by itself. Precondition: the manifest
// passed CheckManifest.
std::vector<uint8_t> SerializeManifest(const Manifest& manifest);

}  // namespace dc::format

#endif  // DC_FORMAT_WRITER_MANIFEST_H_
