#include "encode/lower_metadata.h"

#include <charconv>

#include "dc/preprocess.h"

namespace dc {
namespace {

constexpr const char* kInputPrefix = "dc.input.";
constexpr const char* kBaselineKey = "dc.baseline_bytes";
constexpr const char* kWeightPrefix = "dc.weight.";
constexpr const char* kPolicySuffix = ".policy";

// The recorded size of the original model; else that of the float32 tensors before quantization.
Status ReadBaseline(const Graph& graph, uint64_t* bytes) {
  const auto it = graph.metadata.find(kBaselineKey);
  if (it != graph.metadata.end()) {
    const char* end = it->second.data() + it->second.size();
    const auto parsed = std::from_chars(it->second.data(), end, *bytes);
    if (parsed.ec == std::errc() && parsed.ptr == end) return OkStatus();
    return BadInput("'" + it->second + "' is no number of bytes",
                    std::string("metadata ") + kBaselineKey, "remove this entry");
  }
  *bytes = static_cast<uint64_t>(graph.Float32Bytes());
  return OkStatus();
}

}  // namespace

Status LowerMetadata(const Graph& graph, bool keep_names, format::Manifest* manifest) {
  DC_ASSIGN_OR_RETURN(manifest->scaling, PreprocessFromMetadata(graph.metadata));
  DC_RETURN_IF_ERROR(ReadBaseline(graph, &manifest->baseline_bytes));
  if (!keep_names) return OkStatus();
  for (const auto& [key, value] : graph.metadata) {
    // These have fields of their own.
    const bool own = key.starts_with(kInputPrefix) || key == kBaselineKey ||
                     (key.starts_with(kWeightPrefix) && key.ends_with(kPolicySuffix));
    if (!own) manifest->metadata.emplace_back(key, value);
  }
  return OkStatus();
}

}  // namespace dc
