// The streams of one coded weight, field by field.
#ifndef DC_INSPECT_INSPECT_STREAMS_H_
#define DC_INSPECT_INSPECT_STREAMS_H_

#include <string>
#include <vector>

#include "format/manifest.h"
#include "format/reader.h"
#include "inspect/inspect_fields.h"

namespace dc {

struct MarkedStreams {
  std::vector<ByteField> codebook, codes, gaps, values;  // each covers its stream
  // A coded weight's coding in words: "row by row, fixed-width gaps of 4 bits, ...".
  std::string coding;
};

// Marks the streams of tensor number `index`. `entry` has passed CheckManifest. Damage is marked as
// such, from where it was noticed to the end of the stream.
MarkedStreams MarkStreams(size_t index, const format::TensorEntry& entry,
                          const format::TensorStreams& streams);

}  // namespace dc

#endif  // DC_INSPECT_INSPECT_STREAMS_H_
