// dc-encode: quantized ONNX -> .dcz.
#include <cstdio>
#include <string>

#include "common/encoding_summary.h"
#include "common/input_flags.h"
#include "common/tool.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/report.h"
#include "dc/runtime.h"

namespace po = boost::program_options;

int main(int argc, char** argv) {
  dc::Tool tool(
      "dc-encode", "QUANTIZED.onnx -o MODEL.dcz [options]",
      "Writes the compact file: per layer the layout of positions, the scan order and the "
      "coders that cost\nleast. --coder context makes it 2 to 5 % smaller still and takes "
      "longer to load. --gap-bits\nconv=8,fc=5 --order row gives the layout of the paper's "
      "tables.",
      "dc-encode quantized.onnx -o model.dcz");
  std::string model, output, gap_bits, order;
  dc::EncodeOptions options;
  tool.Positional("QUANTIZED.onnx", &model);
  tool.Output("MODEL.dcz", &output);
  tool.options().add_options()("gap-bits", po::value(&gap_bits)->value_name("B or L=B,.."),
                               "per layer: auto (default) or 1 to 16")(
      "order", po::value(&order)->value_name("O or L=O,.."),
      "per layer: auto (default), row or column")(
      "codebook-type", po::value(&options.codebook_type)->default_value("f32"),
      "f32, or f16: rounds centroids and biases")(
      "bias-bits", po::value(&options.bias_bits)->default_value(0)->value_name("B"),
      "1 to 16: biases and batch-norm vectors as codes where smaller; 0: as they are")(
      "coder", po::value(&options.coder)->default_value("huffman"),
      "huffman; context: smaller, slower to load; auto: the smallest for each stream; raw: fixed "
      "widths")("keep-names", po::bool_switch(&options.keep_names), "keep names and metadata");
  dc::InputFlags input(&tool);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    options.threads = tool.threads();
    if (!gap_bits.empty()) {
      DC_ASSIGN_OR_RETURN(options.gap_bits, dc::LayerSettings::Parse(gap_bits));
    }
    if (!order.empty()) {
      DC_ASSIGN_OR_RETURN(options.order, dc::LayerSettings::Parse(order));
    }
    DC_ASSIGN_OR_RETURN(dc::Graph graph, dc::LoadModel(model));
    DC_ASSIGN_OR_RETURN([[maybe_unused]] const dc::Preprocess scaling, input.Apply(&graph));
    std::vector<dc::LayerEncoding> layers;
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file,
                        dc::EncodeModel(graph, options, &layers, tool.progress()));
    // What cannot be executed is not written.
    dc::SessionOptions session;
    session.threads = 1;
    const dc::StatusOr<dc::Session> executable = dc::Session::Load(file, session);
    if (!executable.ok()) return executable.status().At(model);
    DC_RETURN_IF_ERROR(dc::WriteFileAtomic(output, file));
    DC_ASSIGN_OR_RETURN(dc::Report report, dc::ReportFile(file));
    report.model = output;
    report.uncompressed = dc::NotQuantized(graph);
    std::printf("%s: %zu bytes, ratio %.2fx\n", output.c_str(), file.size(), report.ratio());
    std::printf("%s", dc::EncodingSummary(layers).c_str());
    std::fputs(dc::UncompressedText("quantized", report.uncompressed).c_str(), stdout);
    DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
    return tool.WriteJson(json);
  });
}
