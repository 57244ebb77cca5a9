#include "common/stage_output.h"

#include <cstdio>

#include "common/output.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/train.h"

namespace dc {
namespace {

std::string OutcomeText(const LayerOutcome& layer) {
  char text[128];
  std::snprintf(text, sizeof(text), " %10llu weights  %10llu kept  %6.2f %%",
                static_cast<unsigned long long>(layer.weights),
                static_cast<unsigned long long>(layer.survivors),
                layer.weights ? 100.0 * double(layer.survivors) / double(layer.weights) : 0.0);
  constexpr size_t kNameWidth = 20;
  std::string line = layer.name;
  if (line.size() < kNameWidth) line.resize(kNameWidth, ' ');
  line += text;
  if (layer.codebook_entries) {
    std::snprintf(text, sizeof(text), ", %d bits, %llu entries, rms error %.3g", layer.bits,
                  static_cast<unsigned long long>(layer.codebook_entries), layer.rms_error);
    line += "  " + layer.policy + text;
  }
  return line;
}

}  // namespace

Status FinishStage(const Tool& tool, const Graph& graph, const std::string& data, StageReport stage,
                   const std::string& output) {
  DC_RETURN_IF_ERROR(SaveModel(graph, output));
  RemoveCheckpoints(output + ".checkpoint");
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(output));
  stage.output_bytes = bytes.size();
  for (const LayerOutcome& layer : stage.layers) {
    PrintLine("%s", OutcomeText(layer).c_str());
  }
  const std::string done = stage.name == "prune" ? "pruned" : "quantized";
  const bool compresses = stage.name == "prune" || stage.name == "quantize";
  if (compresses && stage.layers.empty()) PrintLine("no layer is %s", done.c_str());
  PrintText(UncompressedText(done, stage.uncompressed));
  if (stage.error_percent) {
    PrintLine("test %s", ErrorText(*stage.error_percent, stage.mean_squared_error).c_str());
  }
  PrintLine("%s: %zu bytes", output.c_str(), bytes.size());
  Report report;
  report.model = output;
  report.data = data;
  report.seed = tool.seed();
  report.error_percent = stage.error_percent;
  report.mean_squared_error = stage.mean_squared_error;
  report.uncompressed = stage.uncompressed;
  report.stages.push_back(std::move(stage));
  DC_ASSIGN_OR_RETURN(const std::string json, ReportJson(report));
  return tool.WriteJson(json);
}

}  // namespace dc
