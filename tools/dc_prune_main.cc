// dc-prune: removes weights, retraining the rest where data is given.
#include <algorithm>
#include <optional>
#include <string>

#include "common/input_flags.h"
#include "common/load_for_work.h"
#include "common/output.h"
#include "common/setting_flags.h"
#include "common/stage_output.h"
#include "common/tool.h"
#include "dc/recipe.h"
#include "dc/stages.h"

namespace {

struct Flags {
  std::string model, output, data;
  bool scan = false;
  int64_t scan_images = 5000;
};

// Prints error (of targets the unexplained variance) against density, a line per layer and density,
// with a bar a reader can compare.
dc::Status Scan(const dc::Tool& tool, const Flags& flags, const dc::Graph& graph,
                const dc::Dataset& data, dc::Progress* progress) {
  const std::vector<double> densities = {1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03};
  DC_ASSIGN_OR_RETURN(
      const auto scan,
      dc::ScanSensitivity(graph, data, densities, flags.scan_images, tool.threads(), progress));
  dc::PrintLine("%-20s %8s  %8s", "layer", "density", data.has_targets() ? "variance" : "error");
  for (const dc::Sensitivity& s : scan) {
    const double share = std::min(s.error_percent, 100.0);  // of targets it may be more
    const std::string bar(static_cast<size_t>(share * 0.4 + 0.5), '#');
    dc::PrintLine("%-20s %7.1f %%  %6.2f %%  %s", s.layer.c_str(), 100 * s.density, s.error_percent,
                  bar.c_str());
  }
  dc::Report report;
  report.model = flags.model;
  report.data = flags.data;
  report.sensitivity = scan;
  DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
  return tool.WriteJson(json);
}

}  // namespace

int main(int argc, char** argv) {
  dc::Tool tool("dc-prune", "MODEL.onnx -o PRUNED.onnx --amounts LAYER=X,... [options]",
                "Sets weights to zero and retrains the rest for --epochs epochs (0: one shot, no "
                "data needed).\nThe result is a plain ONNX model whose zeros are its mask.",
                "dc-prune trained.onnx --amounts fc=0.08 --schedule gradual --epochs 10 --data "
                "fashion-mnist -o pruned.onnx");
  Flags flags;
  tool.Positional("MODEL.onnx", &flags.model);
  tool.Output("PRUNED.onnx", &flags.output, /*optional=*/true);
  tool.Data("fashion-mnist, mnist:DIR, idx:DIR, cifar10:DIR or npz:FILE", &flags.data);
  tool.Switch("scan", "print each layer's error against its density instead", &flags.scan);
  tool.Number("scan-images", "", "training images to scan with", &flags.scan_images, 1, 1e9);
  const dc::SettingFlags settings(dc::StageKind::kPrune, &tool);
  dc::RunFlags run(&tool);
  dc::InputFlags input(&tool);
  const dc::ShapeFlags shapes(&tool);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    if (flags.output.empty() && !flags.scan) {
      return dc::UsageError("no output is named", "", "add -o PRUNED.onnx, or --scan");
    }
    DC_ASSIGN_OR_RETURN(dc::PruneStep step, dc::PruneStepOf(settings.Values(), tool.seed()));
    if (!flags.scan) DC_RETURN_IF_ERROR(run.Apply(flags.output, &step.retrain));
    const bool global = step.options.criterion == dc::PruneCriterion::kGlobalDensity;
    if (step.options.amounts.empty() && !global && !flags.scan) {
      return dc::UsageError("nothing says how much to prune", "", "add --amounts conv=0.5,fc=0.08");
    }
    DC_ASSIGN_OR_RETURN(dc::Graph graph, dc::LoadForWork(tool, flags.model, shapes));
    DC_ASSIGN_OR_RETURN([[maybe_unused]] const dc::Preprocess preprocess, input.Apply(&graph));
    std::optional<dc::Dataset> data;
    if (!flags.data.empty()) {
      DC_ASSIGN_OR_RETURN(data, dc::OpenDataset(flags.data));
    }
    if (flags.scan) {
      DC_RETURN_IF_ERROR(dc::SetLogits(step.retrain.logits, &graph));
      if (!data) return dc::UsageError("--scan needs data", "", "add --data fashion-mnist");
      return Scan(tool, flags, graph, *data, tool.progress());
    }
    DC_ASSIGN_OR_RETURN(
        dc::StageReport report,
        dc::RunPrune(step.options, step.retrain, data ? &*data : nullptr, &graph, tool.progress()));
    return dc::FinishStage(tool, graph, flags.data, std::move(report), flags.output);
  });
}
