// dc-decode: .dcz -> quantized ONNX.
#include <string>

#include "common/output.h"
#include "common/tool.h"
#include "dc/decode.h"
#include "dc/dialect.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/quantized_weight.h"
#include "dc/report.h"

int main(int argc, char** argv) {
  dc::Tool tool("dc-decode", "MODEL.dcz -o QUANTIZED.onnx [options]",
                "Gives back the quantized ONNX model that was encoded, codes and centroids bit for "
                "bit.",
                "dc-decode model.dcz -o quantized.onnx");
  std::string model, output, dialect = "gather";
  bool floats = false;
  tool.Positional("MODEL.dcz", &model);
  tool.Output("QUANTIZED.onnx", &output);
  tool.Switch("float", "write plain float weights instead of codes and codebooks", &floats);
  tool.OptionWithDefault(
      "dialect", "NAME",
      "how quantizers are written: gather (codes and codebooks), qcdq (QuantizeLinear and "
      "DequantizeLinear) or qonnx (Quant and BipolarQuant)",
      &dialect);
  tool.Choices("dialect", {"gather", "qcdq", "qonnx"});
  return tool.Main(argc, argv, [&]() -> dc::Status {
    DC_ASSIGN_OR_RETURN(const dc::Dialect words, dc::ParseDialect(dialect));
    if (floats && words != dc::Dialect::kGather) {
      return dc::UsageError("--float leaves no weights to write in a dialect", "--dialect",
                            "give one of the two");
    }
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, dc::ReadFile(model));
    dc::StatusOr<dc::Graph> graph = dc::DecodeModel(bytes);
    if (!graph.ok()) return graph.status().At(model);
    DC_RETURN_IF_ERROR(dc::WriteDialect(words, &*graph));
    if (floats) DC_RETURN_IF_ERROR(dc::DequantizeAll(&*graph));
    DC_RETURN_IF_ERROR(dc::SaveModel(*graph, output));
    DC_ASSIGN_OR_RETURN(dc::Report report, dc::ReportFile(bytes));
    report.model = output;
    dc::PrintLine("%s: %zu nodes, %zu initializers", output.c_str(), graph->nodes.size(),
                  graph->initializers.size());
    DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
    return tool.WriteJson(json);
  });
}
