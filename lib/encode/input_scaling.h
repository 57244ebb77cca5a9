// The dc.input.* metadata as a manifest holds them.
#ifndef DC_ENCODE_INPUT_SCALING_H_
#define DC_ENCODE_INPUT_SCALING_H_

#include <map>
#include <string>

#include "dc/status.h"
#include "format/manifest.h"

namespace dc {

// Reads the keys that PreprocessToMetadata of dc/data.h writes: dc.input.scale, .mean, .deviation
// (lists separated by commas), .layout (nchw, nhwc) and .channels (rgb, bgr). Absent keys keep the
// defaults of InputScaling. BadInput names the key of any other text.
StatusOr<format::InputScaling> InputScalingFromMetadata(
    const std::map<std::string, std::string>& metadata);

}  // namespace dc

#endif  // DC_ENCODE_INPUT_SCALING_H_
