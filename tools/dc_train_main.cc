// dc-train: trains a model of models/, or goes on training an ONNX file.
#include <string>

#include "common/deployable.h"
#include "common/input_flags.h"
#include "common/setting_flags.h"
#include "common/stage_output.h"
#include "common/tool.h"
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
  tool.Option("data", "SPEC",
              "fashion-mnist (default), mnist:DIR, idx:DIR, cifar10:DIR or npz:FILE", &data);
  const dc::SettingFlags settings(dc::StageKind::kTrain, &tool);
  const dc::RunFlags run(&tool);
  dc::InputFlags input(&tool);
  const dc::ShapeFlags shapes(&tool);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    DC_ASSIGN_OR_RETURN(dc::TrainOptions options,
                        dc::TrainOptionsOf(settings.Values(), tool.seed()));
    run.Apply(output, &options);
    DC_ASSIGN_OR_RETURN(dc::Graph graph, dc::LoadForWork(tool, model, shapes));
    DC_ASSIGN_OR_RETURN(const dc::Preprocess preprocess, input.Apply(&graph));
    DC_ASSIGN_OR_RETURN(const dc::Dataset dataset, dc::OpenDataset(data));
    DC_ASSIGN_OR_RETURN(dc::StageReport report,
                        dc::RunTrain(options, preprocess, dataset, &graph, tool.progress()));
    return dc::FinishStage(tool, graph, data, std::move(report), output);
  });
}
