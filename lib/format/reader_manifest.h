// The manifest section's bytes -> Manifest.
#ifndef DC_FORMAT_READER_MANIFEST_H_
#define DC_FORMAT_READER_MANIFEST_H_

#include <cstdint>
#include <span>

#include "dc/status.h"
#include "format/manifest.h"

namespace dc::format {

// Parses the protobuf message and fills in what it leaves out. Fields that it does not know are
// skipped. The result has yet to pass CheckManifest. BadInput where it is no such message;
// Unsupported for forms and operators that this version does not know.
// `stored_bytes` are the section's in the file; they bound how many numbers its lists may have.
StatusOr<Manifest> ParseManifest(std::span<const uint8_t> bytes, uint64_t stored_bytes);

}  // namespace dc::format

#endif  // DC_FORMAT_READER_MANIFEST_H_
