// dc-report: where the bytes of a .dcz went.
#include <string>

#include "common/output.h"
#include "common/tool.h"
#include "dc/decode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/quantized_weight.h"
#include "dc/report.h"

namespace {

// The model file named by a flag, or `sibling` beside the .dcz where it is; "" for none.
std::string Find(const std::string& given, const std::string& file, const std::string& sibling) {
  if (!given.empty()) return given;
  const size_t slash = file.rfind('/');
  const std::string path = (slash == std::string::npos ? "" : file.substr(0, slash + 1)) + sibling;
  return dc::FileExists(path) ? path : "";
}

}  // namespace

int main(int argc, char** argv) {
  dc::Tool tool("dc-report", "MODEL.dcz [options]",
                "Prints the paper's table per layer, an estimate of its energy (operations times "
                "bits), where "
                "every\nbyte of the file went, and the same model in other forms. trained.onnx and "
                "pruned.onnx are taken from the file's folder "
                "where they are there.",
                "dc-report out/model.dcz");
  std::string file, trained, pruned;
  tool.Positional("MODEL.dcz", &file);
  tool.InputFile("trained", "M.onnx", "the dense model, to compare with", &trained);
  tool.InputFile("pruned", "M.onnx", "the pruned model, to compare with", &pruned);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, dc::ReadFile(file));
    dc::StatusOr<dc::Report> report = dc::ReportFile(bytes);
    if (!report.ok()) return report.status().At(file);
    report->model = file;
    const std::string dense_path = Find(trained, file, "trained.onnx");
    const std::string pruned_path = Find(pruned, file, "pruned.onnx");
    if (trained.empty() && !dense_path.empty()) {
      DC_RETURN_IF_ERROR(tool.Reads("the dense model", dense_path));
    }
    if (pruned.empty() && !pruned_path.empty()) {
      DC_RETURN_IF_ERROR(tool.Reads("the pruned model", pruned_path));
    }
    if (!dense_path.empty()) {
      DC_ASSIGN_OR_RETURN(const dc::Graph graph, dc::LoadModel(dense_path));
      DC_RETURN_IF_ERROR(dc::CompareWith(graph, "dense", &*report));
    }
    DC_ASSIGN_OR_RETURN(dc::Graph decoded, dc::DecodeModel(bytes));
    report->uncompressed = dc::NotQuantized(decoded);
    DC_ASSIGN_OR_RETURN(report->energy, dc::EstimateEnergy(decoded));
    if (!pruned_path.empty()) {
      DC_ASSIGN_OR_RETURN(const dc::Graph graph, dc::LoadModel(pruned_path));
      DC_RETURN_IF_ERROR(dc::CompareWith(graph, "pruned", &*report));
    } else {
      DC_RETURN_IF_ERROR(dc::DequantizeAll(&decoded));
      DC_RETURN_IF_ERROR(dc::CompareWith(decoded, "decoded", &*report));
    }
    dc::PrintText(dc::ReportText(*report));
    DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(*report));
    return tool.WriteJson(json);
  });
}
