// dc-quantize: gives every weight a codebook, fine-tuning it where data is given.
#include <optional>
#include <string>
#include <vector>

#include "common/input_flags.h"
#include "common/load_for_work.h"
#include "common/methods_text.h"
#include "common/setting_flags.h"
#include "common/stage_output.h"
#include "common/tool.h"
#include "dc/recipe.h"
#include "dc/stages.h"

int main(int argc, char** argv) {
  std::string policies;
  std::vector<std::string> policy_names;
  for (const dc::PolicyInfo& policy : dc::ListPolicies()) {
    policies += "\n  " + policy.name + ": " + policy.summary + " (" + policy.paper + ")";
    policy_names.push_back(policy.name);
  }
  dc::Tool tool(
      "dc-quantize", "MODEL.onnx -o QUANTIZED.onnx [options]",
      "Replaces every weight by codes into a small codebook and fine-tunes the codebook "
      "for --epochs\nepochs (0: no data needed). Zeros of a pruned model stay exact zeros. "
      "Policies:" +
          policies +
          "\n--method trains (or converts) by a published method instead, which may quantize "
          "activations,\ntoo: --list-methods.",
      "dc-quantize pruned.onnx --bits conv=8,fc=5 --epochs 3 --data fashion-mnist -o "
      "quantized.onnx");
  std::string model, output, data_spec;
  tool.Positional("MODEL.onnx", &model);
  tool.Output("QUANTIZED.onnx", &output);
  tool.Listing("list-methods", "print the methods, their papers, bits, training and options",
               dc::MethodsText);
  tool.Data("fashion-mnist, mnist:DIR, idx:DIR, cifar10:DIR or npz:FILE", &data_spec);
  const dc::SettingFlags settings(dc::StageKind::kQuantize, &tool);
  tool.Choices("policy", policy_names);
  tool.Choices("method", dc::MethodNames());
  dc::RunFlags run(&tool);
  dc::InputFlags input(&tool);
  const dc::ShapeFlags shapes(&tool);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    DC_ASSIGN_OR_RETURN(dc::QuantizeStep step, dc::QuantizeStepOf(settings.Values(), tool.seed()));
    step.options.threads = tool.threads();
    DC_RETURN_IF_ERROR(run.Apply(output, &step.fine_tune));
    DC_ASSIGN_OR_RETURN(dc::Graph graph, dc::LoadForWork(tool, model, shapes));
    DC_ASSIGN_OR_RETURN([[maybe_unused]] const dc::Preprocess preprocess, input.Apply(&graph));
    std::optional<dc::Dataset> data;
    if (!data_spec.empty()) {
      DC_ASSIGN_OR_RETURN(data, dc::OpenDataset(data_spec));
    }
    DC_ASSIGN_OR_RETURN(dc::StageReport report,
                        dc::RunQuantize(step.options, step.fine_tune, data ? &*data : nullptr,
                                        &graph, tool.progress()));
    return dc::FinishStage(tool, graph, data_spec, std::move(report), output);
  });
}
