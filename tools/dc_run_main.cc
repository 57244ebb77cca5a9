// dc-run: executes a .dcz, on a dataset or on an array.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "common/evaluate_dcz.h"
#include "common/explain_session.h"
#include "common/output.h"
#include "common/run_array.h"
#include "common/session_flags.h"
#include "common/tool.h"
#include "dc/data.h"
#include "dc/files.h"
#include "dc/report.h"
#include "dc/runtime.h"

namespace {

dc::Status Evaluate(const dc::Tool& tool, const std::string& file, const std::string& data_spec,
                    const dc::SessionEvaluation& options, int threads, dc::Session* session,
                    dc::Progress* progress) {
  DC_ASSIGN_OR_RETURN(const dc::Dataset data, dc::OpenDataset(data_spec));
  dc::Report report;
  report.model = file;
  report.data = data_spec;
  dc::Latency latency;
  DC_ASSIGN_OR_RETURN(const dc::EvalResult result,
                      dc::EvaluateSession(session, data, options, &latency, progress));
  latency.threads = threads;
  report.SetErrors(result);
  report.latency = latency;
  dc::PrintText(dc::EvaluationText(result, latency, options.batch));
  DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
  return tool.WriteJson(json);
}

// What there is to say where nothing was evaluated.
dc::Status WriteReport(const dc::Tool& tool, const std::string& file) {
  dc::Report report;
  report.model = file;
  DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
  return tool.WriteJson(json);
}

constexpr double kMostBatch = 65536, kMostTop = 1e6;
constexpr double kGreatestScale = std::numeric_limits<float>::max();

}  // namespace

int main(int argc, char** argv) {
  dc::Tool tool(
      "dc-run", "MODEL.dcz [--data SPEC | --input X.npy] [options]",
      "Executes a compressed model: evaluates it on a test set, or maps arrays of inputs "
      "to arrays of\noutputs. Without either, shows how it would be executed.\n"
      "The error of labels is the share of samples that are told wrong; of targets (float "
      "y_test) it is the\nmean squared error, and its share of their variance, 100 (1 - "
      "R^2): the unexplained variance.",
      "dc-run model.dcz --data fashion-mnist --batch 1");
  std::string file, data;
  dc::SessionEvaluation evaluation;
  int64_t& batch = evaluation.batch;
  float scale = 0;
  bool explain = false;
  dc::SessionFlags flags;
  dc::ArrayRun array;
  tool.Positional("MODEL.dcz", &file);
  tool.Output("Y.npy", &array.output, /*optional=*/true);
  tool.Data("fashion-mnist, mnist:DIR, idx:DIR, cifar10:DIR or npz:FILE", &data);
  tool.Number("batch", "", "images at a time", &batch, 1, kMostBatch);
  tool.Option("input", "[NAME=]X.npy",
              "samples of an input, as the network reads them; once for each input", &array.inputs);
  tool.Option("output-dir", "DIR", "write every output to DIR/NAME.npy", &array.output_folder);
  tool.Number("topk", "K", "print the K largest outputs of each input", &array.topk, 0, kMostTop);
  tool.InputFile("labels", "FILE", "names for --topk, one line per class", &array.labels);
  tool.Number(
      "input-scale", "S",
      "samples of --data are multiplied by this (default: what the file says; else 1/255 for "
      "bytes, 1 for floats)",
      &scale, -kGreatestScale, kGreatestScale);
  tool.Option("logits", "NAME",
              "the output with the classes or targets, where the model has several",
              &evaluation.logits);
  tool.Switch("explain", "print how each layer is executed, and measure it", &explain);
  flags.Declare(&tool);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    if (tool.Given("input-scale")) {
      if (!std::isnormal(scale)) return dc::UsageError("--input-scale must be a number but 0");
      evaluation.scale = scale;
    }
    for (const char* option : {"output", "output-dir", "topk", "labels"}) {
      if (array.inputs.empty() && tool.Given(option)) {
        return dc::UsageError("--" + std::string(option) + " needs arrays", "", "give --input");
      }
    }
    DC_ASSIGN_OR_RETURN(const dc::SessionOptions options, flags.Options(tool));
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, dc::ReadFile(file));
    dc::StatusOr<dc::Session> session = dc::Session::Load(bytes, options);
    if (!session.ok()) return session.status().At(file);
    DC_RETURN_IF_ERROR(flags.FitBatch(tool, *session, &batch));
    if (explain || (data.empty() && array.inputs.empty())) {
      DC_RETURN_IF_ERROR(dc::ExplainSession(*session, batch, tool.progress()));
    }
    if (!array.inputs.empty()) DC_RETURN_IF_ERROR(dc::RunArray(array, batch, &*session, &tool));
    if (data.empty()) return WriteReport(tool, file);
    return Evaluate(tool, file, data, evaluation, tool.threads(), &*session, tool.progress());
  });
}
