// dc-train: trains a model of models/, or goes on training an ONNX file.
#include <string>

#include "common/input_flags.h"
#include "common/load_for_work.h"
#include "common/methods_text.h"
#include "common/setting_flags.h"
#include "common/stage_output.h"
#include "common/tool.h"
#include "dc/recipe.h"
#include "dc/stages.h"

int main(int argc, char** argv) {
  dc::Tool tool(
      "dc-train", "MODEL.onnx -o TRAINED.onnx [options]",
      "Trains a network. A text model (.onnxtxt) gets its first weights from the seed; an "
      "ONNX file goes\non from its own, and keeps the masks and codebooks that earlier "
      "stages gave it.",
      "dc-train models/lenet_5/model.onnxtxt --data fashion-mnist --epochs 5 -o trained.onnx");
  std::string model, output, data = "fashion-mnist";
  tool.Positional("MODEL.onnx", &model);
  tool.Output("TRAINED.onnx", &output);
  tool.Data("fashion-mnist (default), mnist:DIR, idx:DIR, cifar10:DIR or npz:FILE", &data);
  dc::MethodOptions method;
  tool.Option("method", "METHOD", "train a quantized network: dc-quantize --list-methods",
              &method.name);
  tool.Choices("method", dc::MethodNames());
  tool.Option("bits", "w=B,a=B,..", "of the method: weights, activations, gradients, input",
              &method.bits);
  tool.Option("skip", "LAYER,..", "of the method: layers that stay float", &method.skip);
  tool.Option("method-options", "O=V,..", "of the method: its own options", &method.settings);
  const dc::SettingFlags settings(dc::StageKind::kTrain, &tool);
  dc::RunFlags run(&tool);
  dc::InputFlags input(&tool);
  const dc::ShapeFlags shapes(&tool);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    dc::QuantizeStep step;
    if (method.name.empty()) {
      DC_ASSIGN_OR_RETURN(step.fine_tune, dc::TrainOptionsOf(settings.Values(), tool.seed()));
    } else {
      DC_ASSIGN_OR_RETURN(step, dc::MethodTrainingOf(method, settings.Values(), tool.seed()));
    }
    DC_RETURN_IF_ERROR(run.Apply(output, &step.fine_tune));
    step.options.threads = tool.threads();
    DC_ASSIGN_OR_RETURN(dc::Graph graph, dc::LoadForWork(tool, model, shapes));
    DC_ASSIGN_OR_RETURN(const dc::Preprocess preprocess, input.Apply(&graph));
    DC_ASSIGN_OR_RETURN(const dc::Dataset dataset, dc::OpenDataset(data));
    DC_ASSIGN_OR_RETURN(
        dc::StageReport report,
        method.name.empty()
            ? dc::RunTrain(step.fine_tune, preprocess, dataset, &graph, tool.progress())
            : dc::RunQuantize(step.options, step.fine_tune, &dataset, &graph, tool.progress()));
    return dc::FinishStage(tool, graph, data, std::move(report), output);
  });
}
