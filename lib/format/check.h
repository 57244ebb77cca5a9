// The consistency of a manifest.
#ifndef DC_FORMAT_CHECK_H_
#define DC_FORMAT_CHECK_H_

#include <cstdint>

#include "dc/status.h"
#include "format/manifest.h"

namespace dc::format {

// What File::Open promises about a manifest, except for stream lengths against section sizes:
// limits of layout.h, positive shapes, known operators with as many inputs and attributes as they
// take, value numbers below the node that reads them, elements that a file of `file_bytes`
// justifies. BadInput or Unsupported that names the tensor, node, input or output.
Status CheckManifest(const Manifest& manifest, uint64_t file_bytes);

}  // namespace dc::format

#endif  // DC_FORMAT_CHECK_H_
