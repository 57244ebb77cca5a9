#include "encode/input_scaling.h"

#include <charconv>
#include <cmath>
#include <vector>

namespace dc {
namespace {

using Metadata = std::map<std::string, std::string>;

Status BadValue(const std::string& key, const std::string& text) {
  return BadInput("'" + text + "' is no value for it", "metadata " + key,
                  "give the model's input scaling again");
}

// The value of `key` as a list of finite numbers; leaves `list` alone where the key is absent.
Status ReadNumbers(const Metadata& metadata, const std::string& key, std::vector<float>* list) {
  const auto it = metadata.find(key);
  if (it == metadata.end()) return OkStatus();
  list->clear();
  const char* at = it->second.data();
  const char* end = at + it->second.size();
  while (at != end) {
    while (at != end && (*at == ' ' || *at == ',')) ++at;
    if (at == end) break;
    float value = 0;
    const auto parsed = std::from_chars(at, end, value);
    if (parsed.ec != std::errc() || !std::isfinite(value)) return BadValue(key, it->second);
    list->push_back(value);
    at = parsed.ptr;
  }
  return OkStatus();
}

// Sets `flag` where the value of `key` is `yes`; `no` and an absent key leave it false.
Status ReadChoice(const Metadata& metadata, const std::string& key, const std::string& no,
                  const std::string& yes, bool* flag) {
  const auto it = metadata.find(key);
  if (it == metadata.end()) return OkStatus();
  if (it->second != no && it->second != yes) return BadValue(key, it->second);
  *flag = it->second == yes;
  return OkStatus();
}

}  // namespace

StatusOr<format::InputScaling> InputScalingFromMetadata(const Metadata& metadata) {
  format::InputScaling scaling;
  std::vector<float> scale = {scaling.scale};
  DC_RETURN_IF_ERROR(ReadNumbers(metadata, "dc.input.scale", &scale));
  // 0 would turn every input into a constant, and stands for the default in the file.
  if (scale.size() != 1 || scale[0] == 0.0f) {
    return BadValue("dc.input.scale", metadata.at("dc.input.scale"));
  }
  scaling.scale = scale[0];
  DC_RETURN_IF_ERROR(ReadNumbers(metadata, "dc.input.mean", &scaling.mean));
  DC_RETURN_IF_ERROR(ReadNumbers(metadata, "dc.input.deviation", &scaling.deviation));
  for (float value : scaling.deviation) {
    if (value == 0.0f) return BadValue("dc.input.deviation", metadata.at("dc.input.deviation"));
  }
  DC_RETURN_IF_ERROR(
      ReadChoice(metadata, "dc.input.layout", "nchw", "nhwc", &scaling.channels_last));
  DC_RETURN_IF_ERROR(
      ReadChoice(metadata, "dc.input.channels", "rgb", "bgr", &scaling.reverse_channels));
  return scaling;
}

}  // namespace dc
