// dc-run: executes a .dcz, on a dataset or on an array.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "common/evaluate_dcz.h"
#include "common/explain_session.h"
#include "common/run_array.h"
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
  report.error_percent = result.error_percent;
  report.top5_error_percent = result.top5_error_percent;
  report.latency = latency;
  std::printf("images       %lld\n", static_cast<long long>(result.count));
  std::printf("top-1 error  %.2f %%\ntop-5 error  %.2f %%\n", result.error_percent,
              result.top5_error_percent);
  if (result.not_numbers > 0) std::printf("%s\n", dc::NotNumbersText(result).c_str());
  std::printf("latency      %.2f us per image at batch %lld (median)\n",
              latency.microseconds_per_image, static_cast<long long>(options.batch));
  DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
  return tool.WriteJson(json);
}

}  // namespace

int main(int argc, char** argv) {
  dc::Tool tool("dc-run", "MODEL.dcz [--data SPEC | --input X.npy] [options]",
                "Executes a compressed model: evaluates it on a test set, or maps arrays of inputs "
                "to arrays of\noutputs. Without either, shows how it would be executed.",
                "dc-run model.dcz --data fashion-mnist --batch 1");
  std::string file, data;
  dc::SessionEvaluation evaluation;
  int64_t& batch = evaluation.batch;
  float scale = 0;
  bool explain = false;
  dc::SessionOptions options;
  dc::ArrayRun array;
  tool.Positional("MODEL.dcz", &file);
  tool.Output("Y.npy", &array.output, /*optional=*/true);
  tool.Option("data", "SPEC", "fashion-mnist, mnist:DIR, idx:DIR, cifar10:DIR or npz:FILE", &data);
  tool.OptionWithDefault("batch", "", "images at a time", &batch);
  tool.Option("input", "[NAME=]X.npy",
              "samples of an input, as the network reads them; once for each input", &array.inputs);
  tool.Option("output-dir", "DIR", "write every output to DIR/NAME.npy", &array.output_folder);
  tool.Option("topk", "K", "print the K largest outputs of each input", &array.topk);
  tool.Option("labels", "FILE", "names for --topk, one line per class", &array.labels);
  tool.Option(
      "input-scale", "S",
      "samples of --data are multiplied by this (default: what the file says; else 1/255 for "
      "bytes, 1 for floats)",
      &scale);
  tool.Option("logits", "NAME", "the output with the classes, where the model has several",
              &evaluation.logits);
  tool.Switch("explain", "print how each layer is executed, and measure it", &explain);
  tool.Switch("reference", "plain loops instead of SIMD kernels", &options.reference_kernels);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    if (tool.Given("input-scale")) {
      if (!std::isnormal(scale)) return dc::UsageError("--input-scale must be a number but 0");
      evaluation.scale = scale;
    }
    if (batch < 1 || batch > 65536) return dc::UsageError("--batch must be 1 to 65536");
    options.threads = tool.threads();
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, dc::ReadFile(file));
    dc::StatusOr<dc::Session> session = dc::Session::Load(bytes, options);
    if (!session.ok()) return session.status().At(file);
    if (explain || (data.empty() && array.inputs.empty())) {
      DC_RETURN_IF_ERROR(dc::ExplainSession(*session, batch));
    }
    if (!array.inputs.empty())
      DC_RETURN_IF_ERROR(dc::RunArray(array, batch, &*session, tool.progress()));
    if (data.empty()) return dc::OkStatus();
    return Evaluate(tool, file, data, evaluation, tool.threads(), &*session, tool.progress());
  });
}
