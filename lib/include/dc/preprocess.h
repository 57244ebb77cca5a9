// How stored samples become a network's input: what is said of it, and its metadata.
#ifndef DC_PREPROCESS_H_
#define DC_PREPROCESS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

// input = (value * scale - mean[c]) / deviation[c], where c counts the channels as the network
// reads them (B first with reverse_channels). Part of the recipe and of every model's metadata.
struct Preprocess {
  // Not said: bytes are multiplied by 1/255, floats are taken as they are.
  std::optional<float> scale;
  std::vector<float> mean;       // one per channel, or one for all; empty: 0
  std::vector<float> deviation;  // likewise; empty: 1
  // The network reads N x height x width x channels. Not said: it follows from the shapes of the
  // network's input and of the samples.
  std::optional<bool> channels_last;
  bool reverse_channels = false;  // the network reads B, G, R

  bool operator==(const Preprocess&) const = default;
};

// What bytes are multiplied by where no scale is said.
inline constexpr float kByteScale = 1.0f / 255.0f;

// To and from the metadata keys dc.input.scale, .mean, .deviation (numbers separated by commas),
// .layout (nchw, nhwc) and .channels (rgb, bgr). What is not said has no key. BadInput names the
// key whose value cannot be read, a scale or deviation of 0 included.
void PreprocessToMetadata(const Preprocess& preprocess,
                          std::map<std::string, std::string>* metadata);
StatusOr<Preprocess> PreprocessFromMetadata(const std::map<std::string, std::string>& metadata);

}  // namespace dc

#endif  // DC_PREPROCESS_H_
