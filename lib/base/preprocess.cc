#include "dc/preprocess.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace dc {
namespace {

constexpr char kScale[] = "dc.input.scale", kMean[] = "dc.input.mean",
               kDeviation[] = "dc.input.deviation", kLayout[] = "dc.input.layout",
               kChannels[] = "dc.input.channels";

using Metadata = std::map<std::string, std::string>;

// The shortest text that reads back as `value`.
std::string FloatText(float value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  return std::string(buffer, end);
}

void Put(const char* key, std::string text, Metadata* metadata) {
  metadata->erase(key);
  if (!text.empty()) (*metadata)[key] = std::move(text);
}

std::string ListText(const std::vector<float>& values) {
  std::string text;
  for (float value : values) text += (text.empty() ? "" : ",") + FloatText(value);
  return text;
}

Status BadValue(const char* key, const std::string& text, const std::string& advice) {
  return BadInput("'" + text + "' is no value for it", std::string("metadata ") + key, advice);
}

// Parses the numbers under `key`, separated by commas; leaves `values` alone where there is none.
Status GetList(const Metadata& metadata, const char* key, std::vector<float>* values) {
  const auto entry = metadata.find(key);
  if (entry == metadata.end()) return OkStatus();
  values->clear();
  const std::string& text = entry->second;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto skip_blanks = [&] {
    while (at != end && *at == ' ') ++at;
  };
  for (;;) {
    skip_blanks();
    float value = 0;
    const auto parsed = std::from_chars(at, end, value);
    at = parsed.ptr;
    skip_blanks();
    if (parsed.ec != std::errc() || (at != end && *at != ',') || !std::isfinite(value)) {
      return BadValue(key, text, "write numbers with commas between them, as in 0.485,0.456");
    }
    values->push_back(value);
    if (at == end) return OkStatus();
    ++at;
  }
}

// Sets `flag` to whether `key` holds `yes`; leaves it alone where the key is absent.
template <typename Flag>
Status GetChoice(const Metadata& metadata, const char* key, const char* no, const char* yes,
                 Flag* flag) {
  const auto entry = metadata.find(key);
  if (entry == metadata.end()) return OkStatus();
  if (entry->second != no && entry->second != yes) {
    return BadValue(key, entry->second, std::string("use ") + no + " or " + yes);
  }
  *flag = entry->second == yes;
  return OkStatus();
}

}  // namespace

void PreprocessToMetadata(const Preprocess& preprocess, Metadata* metadata) {
  Put(kScale, preprocess.scale ? FloatText(*preprocess.scale) : "", metadata);
  Put(kMean, ListText(preprocess.mean), metadata);
  Put(kDeviation, ListText(preprocess.deviation), metadata);
  const std::optional<bool>& last = preprocess.channels_last;
  Put(kLayout, last ? (*last ? "nhwc" : "nchw") : "", metadata);
  Put(kChannels, preprocess.reverse_channels ? "bgr" : "", metadata);
}

StatusOr<Preprocess> PreprocessFromMetadata(const Metadata& metadata) {
  Preprocess preprocess;
  std::vector<float> scale;
  DC_RETURN_IF_ERROR(GetList(metadata, kScale, &scale));
  if (scale.size() > 1 || (scale.size() == 1 && scale[0] == 0)) {
    return BadValue(kScale, metadata.at(kScale), "give one number that is not 0");
  }
  if (!scale.empty()) preprocess.scale = scale[0];
  DC_RETURN_IF_ERROR(GetList(metadata, kMean, &preprocess.mean));
  DC_RETURN_IF_ERROR(GetList(metadata, kDeviation, &preprocess.deviation));
  if (std::count(preprocess.deviation.begin(), preprocess.deviation.end(), 0.0f) > 0) {
    return BadValue(kDeviation, metadata.at(kDeviation), "give numbers that are not 0");
  }
  DC_RETURN_IF_ERROR(GetChoice(metadata, kLayout, "nchw", "nhwc", &preprocess.channels_last));
  DC_RETURN_IF_ERROR(GetChoice(metadata, kChannels, "rgb", "bgr", &preprocess.reverse_channels));
  return preprocess;
}

}  // namespace dc
