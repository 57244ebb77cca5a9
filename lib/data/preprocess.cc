#include <charconv>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "dc/data.h"

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

void PutList(const char* key, const std::vector<float>& values, Metadata* metadata) {
  metadata->erase(key);
  if (values.empty()) return;
  std::string text;
  for (float value : values) text += (text.empty() ? "" : ",") + FloatText(value);
  (*metadata)[key] = std::move(text);
}

// Parses the comma-separated numbers under `key`; leaves `values` alone where there is none.
Status GetList(const Metadata& metadata, const char* key, std::vector<float>* values) {
  const auto entry = metadata.find(key);
  if (entry == metadata.end()) return OkStatus();
  values->clear();
  const std::string& text = entry->second;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    float value = 0;
    const auto parsed = std::from_chars(at, end, value);
    const bool whole = parsed.ptr == end || *parsed.ptr == ',';
    if (parsed.ec != std::errc() || !whole || !std::isfinite(value)) {
      return BadInput("metadata that is no list of numbers", key, "write for example 0.485,0.456");
    }
    values->push_back(value);
    if (parsed.ptr == end) return OkStatus();
    at = parsed.ptr + 1;
  }
}

// Sets `flag` where `key` holds `set`, clears it where it holds `clear`.
Status GetChoice(const Metadata& metadata, const char* key, const char* clear, const char* set,
                 bool* flag) {
  const auto entry = metadata.find(key);
  if (entry == metadata.end()) return OkStatus();
  if (entry->second != clear && entry->second != set) {
    return BadInput("unknown metadata value '" + entry->second + "'", key,
                    std::string("use ") + clear + " or " + set);
  }
  *flag = entry->second == set;
  return OkStatus();
}

}  // namespace

void PreprocessToMetadata(const Preprocess& preprocess, Metadata* metadata) {
  (*metadata)[kScale] = FloatText(preprocess.scale);
  PutList(kMean, preprocess.mean, metadata);
  PutList(kDeviation, preprocess.deviation, metadata);
  (*metadata)[kLayout] = preprocess.channels_last ? "nhwc" : "nchw";
  (*metadata)[kChannels] = preprocess.reverse_channels ? "bgr" : "rgb";
}

StatusOr<Preprocess> PreprocessFromMetadata(const Metadata& metadata) {
  Preprocess preprocess;
  std::vector<float> scale = {preprocess.scale};
  DC_RETURN_IF_ERROR(GetList(metadata, kScale, &scale));
  if (scale.size() != 1) return BadInput("more than one scale", kScale, "give one number");
  preprocess.scale = scale[0];
  DC_RETURN_IF_ERROR(GetList(metadata, kMean, &preprocess.mean));
  DC_RETURN_IF_ERROR(GetList(metadata, kDeviation, &preprocess.deviation));
  for (float deviation : preprocess.deviation) {
    if (deviation == 0) return BadInput("a deviation of 0", kDeviation, "give numbers above 0");
  }
  DC_RETURN_IF_ERROR(GetChoice(metadata, kLayout, "nchw", "nhwc", &preprocess.channels_last));
  DC_RETURN_IF_ERROR(GetChoice(metadata, kChannels, "rgb", "bgr", &preprocess.reverse_channels));
  return preprocess;
}

Status CheckPreprocess(const Preprocess& preprocess, int64_t channels) {
  for (const auto& [what, values] :
       {std::pair("mean", &preprocess.mean), std::pair("deviation", &preprocess.deviation)}) {
    const auto count = static_cast<int64_t>(values->size());
    if (count <= 1 || count == channels) continue;
    return UsageError("the input's " + std::string(what) + " has " + std::to_string(count) +
                          " entries, the data " + std::to_string(channels) + " channels",
                      "preprocessing", "give one number, or one a channel");
  }
  return OkStatus();
}

}  // namespace dc
