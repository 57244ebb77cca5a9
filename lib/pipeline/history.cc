#include "pipeline/history.h"

#include "dc/report.h"

namespace dc {

void RecordStage(const std::string& stage, const std::string& settings, uint64_t seed,
                 Graph* graph) {
  auto& metadata = graph->metadata;
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

void RecordBaseline(Graph* graph) {
  const bool recorded = graph->metadata.count("dc.baseline_bytes") > 0;
  if (!recorded) graph->metadata["dc.baseline_bytes"] = std::to_string(graph->Float32Bytes());
}

}  // namespace dc
