#include "common/stage_output.h"

#include <unistd.h>

#include <cstdio>

#include "dc/files.h"
#include "dc/onnx.h"

namespace dc {

Status FinishStage(const Tool& tool, const Graph& graph, const std::string& data, StageReport stage,
                   const std::string& output) {
  DC_RETURN_IF_ERROR(SaveModel(graph, output));
  unlink((output + ".checkpoint").c_str());
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(output));
  stage.output_bytes = bytes.size();
  for (const LayerOutcome& layer : stage.layers) {
    std::printf("%-20s %10llu weights  %10llu kept  %6.2f %%", layer.name.c_str(),
                static_cast<unsigned long long>(layer.weights),
                static_cast<unsigned long long>(layer.survivors),
                layer.weights ? 100.0 * double(layer.survivors) / double(layer.weights) : 0.0);
    if (layer.codebook_entries) {
      std::printf("  %s, %d bits, %llu entries, rms error %.3g", layer.policy.c_str(), layer.bits,
                  static_cast<unsigned long long>(layer.codebook_entries), layer.rms_error);
    }
    std::printf("\n");
  }
  const std::string done = stage.name == "prune" ? "pruned" : "quantized";
  const bool compresses = stage.name == "prune" || stage.name == "quantize";
  if (compresses && stage.layers.empty()) std::printf("no layer is %s\n", done.c_str());
  std::fputs(UncompressedText(done, stage.uncompressed).c_str(), stdout);
  if (stage.error_percent) std::printf("test error %.2f %%\n", *stage.error_percent);
  std::printf("%s: %zu bytes\n", output.c_str(), bytes.size());
  Report report;
  report.model = output;
  report.data = data;
  report.seed = tool.seed();
  report.error_percent = stage.error_percent;
  report.uncompressed = stage.uncompressed;
  report.stages.push_back(std::move(stage));
  DC_ASSIGN_OR_RETURN(const std::string json, ReportJson(report));
  return tool.WriteJson(json);
}

}  // namespace dc
