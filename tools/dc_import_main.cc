// dc-import: a compressed network of another tool -> quantized ONNX.
#include <string>

#include "common/stage_output.h"
#include "common/tool.h"
#include "dc/files.h"
#include "dc/import.h"
#include "dc/onnx.h"
#include "dc/report.h"

int main(int argc, char** argv) {
  dc::Tool tool("dc-import", "--from FORMAT MODEL.onnx FILE -o QUANTIZED.onnx [options]",
                "Fills the quantized form of MODEL.onnx with the codes, positions, centroids and "
                "biases of FILE,\nbit for bit. MODEL.onnx gives the topology: FILE's layers are "
                "its weights in the order of their nodes.\nFormats:\n"
                "  han-net: the networks that the authors of Deep Compression released "
                "(compressed_SqueezeNet.net)",
                "dc-import --from han-net squeezenet.onnx compressed_SqueezeNet.net -o "
                "quantized.onnx");
  std::string model, file, from, output;
  tool.Positional("MODEL.onnx", &model);
  tool.Positional("FILE", &file);
  tool.Output("QUANTIZED.onnx", &output);
  tool.Option("from", "FORMAT", "format of FILE: han-net (required)", &from);
  tool.Choices("from", {"han-net"});
  return tool.Main(argc, argv, [&]() -> dc::Status {
    if (from != "han-net") {
      return dc::UsageError(
          from.empty() ? "the format of FILE is missing" : "format '" + from + "' does not exist",
          "--from", "use --from han-net");
    }
    DC_ASSIGN_OR_RETURN(dc::Graph graph, dc::LoadModel(model));
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, dc::ReadFile(file));
    const auto layers = dc::ImportHanNet(bytes, &graph);
    if (!layers.ok()) return layers.status().At(file);
    dc::StageReport report;
    report.name = "import";
    for (const dc::ImportedLayer& layer : *layers) {
      if (!layer.note.empty()) tool.progress()->Note(layer.name + ": " + layer.note);
      dc::LayerOutcome outcome;
      outcome.name = layer.name;
      outcome.policy = "kmeans";
      outcome.bits = layer.bits;
      outcome.weights = static_cast<uint64_t>(layer.weights);
      outcome.survivors = static_cast<uint64_t>(layer.survivors);
      outcome.codebook_entries = static_cast<uint64_t>(layer.codebook_entries);
      report.layers.push_back(std::move(outcome));
    }
    return dc::FinishStage(tool, graph, "", std::move(report), output);
  });
}
