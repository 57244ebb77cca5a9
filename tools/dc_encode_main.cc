// dc-encode: quantized ONNX -> .dcz.
#include <optional>
#include <string>

#include "common/encoding_summary.h"
#include "common/evaluate_dcz.h"
#include "common/input_flags.h"
#include "common/output.h"
#include "common/setting_flags.h"
#include "common/shape_flags.h"
#include "common/tool.h"
#include "dc/data.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/recipe.h"
#include "dc/report.h"
#include "dc/runtime.h"

int main(int argc, char** argv) {
  dc::Tool tool(
      "dc-encode", "QUANTIZED.onnx -o MODEL.dcz [options]",
      "Writes the compact file: per layer the layout of positions, the scan order and the "
      "coders that cost\nleast. --coder context makes it 2 to 5 % smaller still and takes "
      "longer to load. --gap-bits\nconv=8,fc=5 --order row gives the layout of the paper's "
      "tables.",
      "dc-encode quantized.onnx -o model.dcz");
  std::string model, output;
  tool.Positional("QUANTIZED.onnx", &model);
  tool.Output("MODEL.dcz", &output);
  const dc::SettingFlags settings(dc::StageKind::kEncode, &tool);
  dc::InputFlags input(&tool);
  const dc::ShapeFlags shapes(&tool);
  std::string data_spec;
  tool.Data("with --int8-activations: says what they cost on this test set", &data_spec);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    DC_ASSIGN_OR_RETURN(dc::EncodeOptions options, dc::EncodeOptionsOf(settings.Values()));
    options.threads = tool.threads();
    if (!data_spec.empty() && !options.int8_activations) {
      return dc::UsageError("--data says what inputs of 8 bits cost", "",
                            "give --int8-activations, too");
    }
    std::optional<dc::Dataset> data;
    if (!data_spec.empty()) {
      DC_ASSIGN_OR_RETURN(data, dc::OpenDataset(data_spec));
    }
    DC_ASSIGN_OR_RETURN(const dc::InputShapes fixed, shapes.Shapes());
    DC_ASSIGN_OR_RETURN(dc::Graph graph, dc::LoadModel(model, fixed));
    DC_ASSIGN_OR_RETURN([[maybe_unused]] const dc::Preprocess scaling, input.Apply(&graph));
    std::vector<dc::LayerEncoding> layers;
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file,
                        dc::EncodeModel(graph, options, &layers, tool.progress()));
    // What cannot be executed is not written.
    dc::SessionOptions session;
    session.threads = 1;
    std::vector<dc::Status> reasons;
    session.reasons = &reasons;
    const dc::StatusOr<dc::Session> executable = dc::Session::Load(file, session);
    if (!executable.ok()) {
      const dc::Status why = reasons.empty() ? executable.status() : dc::JoinReasons(reasons);
      return why.At(model);
    }
    std::string cost;
    if (data) {
      DC_ASSIGN_OR_RETURN(cost, dc::Int8CostText(file, *data, tool.threads(), tool.progress()));
    }
    DC_RETURN_IF_ERROR(dc::WriteFileAtomic(output, file));
    DC_ASSIGN_OR_RETURN(dc::Report report, dc::ReportFile(file));
    report.model = output;
    report.uncompressed = dc::NotQuantized(graph);
    dc::PrintLine("%s: %zu bytes, ratio %.2fx", output.c_str(), file.size(), report.ratio());
    dc::PrintText(dc::EncodingSummary(layers));
    dc::PrintText(cost);
    dc::PrintText(dc::UncompressedText("quantized", report.uncompressed));
    DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
    return tool.WriteJson(json);
  });
}
