// dc-report: where the bytes of a .dcz went.
#include <string>
#include <utility>
#include <vector>

#include "common/output.h"
#include "common/report_page.h"
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
  const std::string path = dc::Beside(file, sibling);
  return dc::FileExists(path) ? path : "";
}

// Explains the .dcz at `file`, and takes over what dc-compress measured of it, which lies beside
// it.
dc::StatusOr<dc::Report> Explain(const std::string& file, const std::vector<uint8_t>& bytes,
                                 dc::ReportPictures* pictures) {
  dc::StatusOr<dc::Report> report = dc::ReportFile(bytes, pictures);
  if (!report.ok()) return report.status().At(file);
  report->model = file;
  const auto measured = dc::ParseReportJson(dc::SmallText(dc::Beside(file, "report.json")));
  if (measured.ok()) dc::TakeMeasurements(*measured, &*report);
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  dc::Tool tool(
      "dc-report", "MODEL.dcz [options]",
      "Prints the paper's table per layer, an estimate of its energy (operations times "
      "bits), where "
      "every\nbyte of the file went, and the same model in other forms. trained.onnx and "
      "pruned.onnx are taken from the file's folder "
      "where they are there, and what dc-compress measured from report.json.\n--html draws all "
      "that "
      "as a page for a browser, with the "
      "codebooks, the masks, and the logs of training\nthat lie in that folder. --against "
      "shows how the file differs from another one.",
      "dc-report out/model.dcz --html report.html");
  std::string file, trained, pruned, html, against;
  tool.Positional("MODEL.dcz", &file);
  tool.InputFile("trained", "M.onnx", "the dense model, to compare with", &trained);
  tool.InputFile("pruned", "M.onnx", "the pruned model, to compare with", &pruned);
  tool.InputFile("against", "OTHER.dcz", "another compressed model, to compare with", &against);
  tool.OutputFile("html", "FILE.html", "write the report as one HTML page", &html);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, dc::ReadFile(file));
    dc::ReportPictures pictures;
    DC_ASSIGN_OR_RETURN(dc::Report report,
                        Explain(file, bytes, html.empty() ? nullptr : &pictures));
    if (!against.empty()) {
      DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> other, dc::ReadFile(against));
      DC_ASSIGN_OR_RETURN(pictures.other, Explain(against, other, nullptr));
    }
    const std::string dense_path = Find(trained, file, "trained.onnx");
    const std::string pruned_path = Find(pruned, file, "pruned.onnx");
    if (trained.empty() && !dense_path.empty()) {
      DC_RETURN_IF_ERROR(tool.Reads("the dense model", dense_path));
    }
    if (pruned.empty() && !pruned_path.empty()) {
      DC_RETURN_IF_ERROR(tool.Reads("the pruned model", pruned_path));
    }
    std::vector<std::string> logs;
    if (!html.empty()) logs = dc::TrainingLogs(report, file);
    for (const std::string& log : logs) DC_RETURN_IF_ERROR(tool.Reads("a log of training", log));
    if (!dense_path.empty()) {
      DC_ASSIGN_OR_RETURN(const dc::Graph graph, dc::LoadModel(dense_path));
      DC_RETURN_IF_ERROR(dc::CompareWith(graph, "dense", &report));
    }
    DC_ASSIGN_OR_RETURN(dc::Graph decoded, dc::DecodeModel(bytes));
    report.uncompressed = dc::NotQuantized(decoded);
    DC_ASSIGN_OR_RETURN(report.energy, dc::EstimateEnergy(decoded));
    if (!pruned_path.empty()) {
      DC_ASSIGN_OR_RETURN(const dc::Graph graph, dc::LoadModel(pruned_path));
      DC_RETURN_IF_ERROR(dc::CompareWith(graph, "pruned", &report));
    } else {
      DC_RETURN_IF_ERROR(dc::DequantizeAll(&decoded));
      DC_RETURN_IF_ERROR(dc::CompareWith(decoded, "decoded", &report));
    }
    dc::PrintText(dc::ReportText(report));
    if (pictures.other) dc::PrintText("\n" + dc::DifferenceText(report, *pictures.other));
    DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
    DC_RETURN_IF_ERROR(tool.WriteJson(json));
    if (html.empty()) return dc::OkStatus();
    return dc::WriteReportPage(report, std::move(pictures), logs, tool, html);
  });
}
