// dc-compress: the whole line from one recipe.
#include <cstdio>
#include <string>
#include <vector>

#include "common/deployable.h"
#include "common/evaluate_dcz.h"
#include "common/tool.h"
#include "dc/compress.h"
#include "dc/runtime.h"

int main(int argc, char** argv) {
  dc::Tool tool(
      "dc-compress", "RECIPE.textproto -o DIR [--data SPEC] [options]",
      "Trains, prunes, quantizes and encodes as the recipe says, then runs the .dcz on the "
      "test set and\nprints the report. Leaves trained.onnx, pruned.onnx, quantized.onnx, "
      "model.dcz and report.json in\nDIR; a run that was killed goes on where it was.",
      "dc-compress models/lenet_300_100/recipe.textproto --data mnist:DIR -o out");
  std::string recipe_path, directory, data_spec = "fashion-mnist";
  std::vector<std::string> overrides;
  tool.Positional("RECIPE.textproto", &recipe_path);
  tool.Output("DIR", &directory);
  tool.Option("data", "SPEC",
              "fashion-mnist (default), mnist:DIR, idx:DIR, cifar10:DIR or npz:FILE", &data_spec);
  tool.Option("set", "FIELD=VALUE",
              "change a field of the recipe, as in prune.retrain.epochs=3; may be repeated",
              &overrides);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    if (tool.Given("seed")) overrides.push_back("seed=" + std::to_string(tool.seed()));
    DC_ASSIGN_OR_RETURN(const dc::Recipe recipe, dc::LoadRecipe(recipe_path, overrides));
    DC_ASSIGN_OR_RETURN(const dc::Dataset data, dc::OpenDataset(data_spec));
    const dc::DczEvaluator evaluate = [&](std::span<const uint8_t> file, const dc::Dataset& dataset,
                                          const std::string& logits,
                                          dc::Progress* progress) -> dc::StatusOr<dc::EvalResult> {
      dc::SessionOptions options;
      options.threads = tool.threads();
      DC_ASSIGN_OR_RETURN(dc::Session session, dc::Session::Load(file, options));
      dc::SessionEvaluation evaluation;
      evaluation.logits = logits;
      DC_ASSIGN_OR_RETURN(const dc::EvalResult result,
                          dc::EvaluateSession(&session, dataset, evaluation, nullptr, progress));
      if (result.not_numbers > 0) dc::OrSilent(progress)->Note(dc::NotNumbersText(result));
      return result;
    };
    dc::Status goal;
    DC_ASSIGN_OR_RETURN(const dc::Report report,
                        dc::Compress(recipe, data, directory, tool.threads(), dc::CheckDeployable,
                                     evaluate, &goal, tool.progress()));
    std::fputs(dc::ReportText(report).c_str(), stdout);
    DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
    DC_RETURN_IF_ERROR(tool.WriteJson(json));
    return goal;
  });
}
