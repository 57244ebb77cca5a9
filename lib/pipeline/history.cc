#include "pipeline/history.h"

#include <cstdlib>

#include "dc/report.h"

namespace dc {

void RecordStage(const std::string& stage, const std::string& settings, uint64_t seed,
                 Graph* graph) {
  auto& metadata = graph->metadata;
  if (!metadata.count("dc.baseline_bytes")) {
    metadata["dc.baseline_bytes"] = std::to_string(graph->Float32Bytes());
  }
  std::string& history = metadata["dc.history"];
  history += (history.empty() ? "" : "; ") + stage;
  metadata["dc." + stage + ".settings"] = settings;
  metadata["dc.version"] = Version();
  metadata["dc.seed"] = std::to_string(seed);
}

bool HasStage(const Graph& graph, const std::string& stage) {
  const auto it = graph.metadata.find("dc.history");
  if (it == graph.metadata.end()) return false;
  const std::string list = "; " + it->second + "; ";
  return list.find("; " + stage + "; ") != std::string::npos;
}

uint64_t BaselineBytes(const Graph& graph) {
  const auto it = graph.metadata.find("dc.baseline_bytes");
  if (it == graph.metadata.end()) return static_cast<uint64_t>(graph.Float32Bytes());
  return std::strtoull(it->second.c_str(), nullptr, 10);
}

}  // namespace dc
