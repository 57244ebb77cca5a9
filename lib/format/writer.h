// Puts a .dcz together from a manifest and the streams of its tensors.
#ifndef DC_FORMAT_WRITER_H_
#define DC_FORMAT_WRITER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"
#include "format/manifest.h"

namespace dc::format {

// The streams of one tensor, as TensorStreams of reader.h.
struct TensorBytes {
  std::vector<uint8_t> codebook, codes, gaps, values;
};

// Compresses a section. Handed in because format knows no coder.
using Deflate = StatusOr<std::vector<uint8_t>> (*)(std::span<const uint8_t> raw);

// The bytes of the file. The stream lengths in `manifest` are taken from `tensors` (one entry a
// tensor, in table order). A section is compressed where that makes the file smaller. The result
// opens with File::Open: BadInput or Unsupported where the manifest breaks its rules.
StatusOr<std::vector<uint8_t>> WriteFile(Manifest manifest, std::span<const TensorBytes> tensors,
                                         Deflate deflate);

}  // namespace dc::format

#endif  // DC_FORMAT_WRITER_H_
