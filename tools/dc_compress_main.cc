// dc-compress: the whole line from one recipe.
#include <optional>
#include <string>
#include <vector>

#include "common/compress_files.h"
#include "common/deployable.h"
#include "common/evaluate_dcz.h"
#include "common/output.h"
#include "common/report_page.h"
#include "common/search_start.h"
#include "common/tool.h"
#include "dc/compress.h"
#include "dc/smallest.h"

int main(int argc, char** argv) {
  dc::Tool tool(
      "dc-compress",
      "RECIPE.textproto|MODEL.onnx -o DIR [--data SPEC] [--calibrate SPEC] [options]",
      "Trains, prunes, quantizes and encodes as the recipe says, then runs the .dcz on the "
      "test set and\nprints the report. Leaves trained.onnx, pruned.onnx, quantized.onnx, "
      "model.dcz, report.json and\nreport.html in DIR; a run that was killed goes on where it "
      "was.\n"
      "--smallest finds the smallest file within a budget by measuring on held-out training\n"
      "samples, from a trained model or a recipe that prunes globally; its recipe goes to DIR, "
      "too.\n--calibrate prunes and quantizes by a few hundred samples without labels.",
      "dc-compress models/lenet_300_100/recipe.textproto --data mnist:DIR -o out\n"
      "  dc-compress trained.onnx --smallest --max-error-increase 0.2 --data mnist:DIR -o out\n"
      "  dc-compress trained.onnx --calibrate npy:x.npy --density 0.3 -o out");
  std::string recipe_path, directory, data_spec, calibrate, density;
  std::vector<std::string> overrides;
  tool.Positional("RECIPE.textproto or MODEL.onnx", &recipe_path);
  tool.OutputFolder("DIR", &directory);
  tool.Data(
      "fashion-mnist (default without --calibrate), mnist:DIR, idx:DIR, cifar10:DIR or "
      "npz:FILE; with --calibrate to measure errors by",
      &data_spec);
  tool.Option("calibrate", "SPEC",
              "samples to prune and quantize by, in place of training: as --data, labels aside, or "
              "npy:FILE",
              &calibrate);
  tool.Option("density", "D",
              "keep this share of all weights: prune.criterion=global, prune.global_density=D",
              &density);
  tool.Option("set", "FIELD=VALUE",
              "change a field of the recipe, as in prune.retrain.epochs=3; may be repeated",
              &overrides);
  dc::SmallestOptions search;
  bool smallest = false;
  double max_error = 0, max_error_increase = 0;
  tool.Switch("smallest", "find the smallest file within one of the next three", &smallest);
  tool.Number("max-error", "P", "percent of the samples, or of the targets' variance", &max_error,
              0, 100);
  tool.Number("max-error-increase", "P", "points above the dense model's", &max_error_increase, 0,
              100);
  int64_t target_bytes = 0;
  tool.Number("target-bytes", "N", "of the file, with the least error", &target_bytes, 1, 1e15);
  tool.Number("held-out", "N", "training samples to measure by (default: a tenth)",
              &search.held_out, 0, 1e9);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    if (tool.Given("max-error")) search.budget.max_error_percent = max_error;
    if (tool.Given("max-error-increase")) search.budget.max_error_increase = max_error_increase;
    if (tool.Given("target-bytes")) search.budget.target_bytes = target_bytes;
    search.threads = tool.threads();
    if (smallest) DC_RETURN_IF_ERROR(dc::CheckBudget(search.budget));
    if (tool.Given("seed")) overrides.push_back("seed=" + std::to_string(tool.seed()));
    if (smallest && !calibrate.empty()) {
      return dc::UsageError("the search for the smallest file trains", "--smallest, --calibrate",
                            "leave one of them out");
    }
    if (!density.empty()) {
      overrides.insert(overrides.end(),
                       {"prune.criterion=global", "prune.global_density=" + density});
    }
    if (data_spec.empty() && calibrate.empty()) data_spec = "fashion-mnist";
    dc::Recipe recipe;
    std::string recipe_text;
    if (!smallest) {
      DC_ASSIGN_OR_RETURN(recipe_text, dc::RecipeText(recipe_path, overrides, calibrate));
      DC_ASSIGN_OR_RETURN(recipe, dc::LoadRecipe(recipe_path, overrides, calibrate));
    }
    DC_RETURN_IF_ERROR(dc::CheckCompressFiles(smallest ? nullptr : &recipe, directory, &tool));
    std::optional<dc::Dataset> data;
    if (!data_spec.empty()) {
      DC_ASSIGN_OR_RETURN(data, dc::OpenDataset(data_spec));
    }
    dc::SearchStart start;
    if (smallest) {
      DC_ASSIGN_OR_RETURN(start, dc::BeginSearch(recipe_path, *data, directory, tool.seed(),
                                                 tool.threads(), tool.progress()));
    }
    const dc::DczEvaluator evaluate = dc::RuntimeEvaluator(tool.threads());
    dc::Status goal;
    const auto compress = [&]() -> dc::StatusOr<dc::Report> {
      if (smallest) {
        return dc::FindSmallest(start.recipe, overrides, *data, search, directory,
                                dc::CheckDeployable, evaluate, &goal, tool.progress());
      }
      return dc::Compress(recipe, data ? &*data : nullptr, directory, tool.threads(),
                          dc::CheckDeployable, evaluate, &goal, tool.progress());
    };
    DC_ASSIGN_OR_RETURN(const dc::Report report, compress());
    dc::PrintText(dc::ReportText(report));
    DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
    DC_RETURN_IF_ERROR(tool.WriteJson(json));
    DC_RETURN_IF_ERROR(dc::WriteCompressPage(report, recipe_text, tool, directory));
    return goal;
  });
}
