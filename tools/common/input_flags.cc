#include "common/input_flags.h"

namespace dc {
namespace {

namespace po = boost::program_options;

constexpr char kOption[] = "input-";
constexpr char kMetadata[] = "dc.input.";

}  // namespace

InputFlags::InputFlags(Tool* tool) {
  tool->options().add_options()(
      "input-scale", po::value(&given_["scale"])->value_name("S"),
      "samples are multiplied by this (default: 1/255 for bytes, 1 for floats)")(
      "input-mean", po::value(&given_["mean"])->value_name("M,.."),
      "then this is subtracted: one number per channel, or one")(
      "input-deviation", po::value(&given_["deviation"])->value_name("D,.."),
      "then it is divided by this")(
      "input-layout", po::value(&given_["layout"])->value_name("L"),
      "how the network reads images: nchw or nhwc (default: as its input's shape shows)")(
      "input-channels", po::value(&given_["channels"])->value_name("C"), "rgb or bgr");
}

StatusOr<Preprocess> InputFlags::Apply(Graph* graph) const {
  for (const auto& [name, text] : given_) {
    if (text.empty()) continue;
    const std::string key = kMetadata + name;
    const StatusOr<Preprocess> alone = PreprocessFromMetadata({{key, text}});
    if (!alone.ok()) {
      return UsageError(alone.status().what(), "--" + (kOption + name), alone.status().advice());
    }
    graph->metadata[key] = text;
  }
  return PreprocessFromMetadata(graph->metadata);
}

}  // namespace dc
