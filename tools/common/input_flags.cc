#include "common/input_flags.h"

namespace dc {
namespace {

constexpr char kOption[] = "input-";
constexpr char kMetadata[] = "dc.input.";

}  // namespace

InputFlags::InputFlags(Tool* tool) {
  tool->Option("input-scale", "S",
               "samples are multiplied by this (default: 1/255 for bytes, 1 for floats)",
               &given_["scale"]);
  tool->Option("input-mean", "M,..", "then this is subtracted: one number per channel, or one",
               &given_["mean"]);
  tool->Option("input-deviation", "D,..", "then it is divided by this", &given_["deviation"]);
  tool->Option("input-layout", "L",
               "how the network reads images: nchw or nhwc (default: as its input's shape shows)",
               &given_["layout"]);
  tool->Choices("input-layout", {"nchw", "nhwc"});
  tool->Option("input-channels", "C", "rgb or bgr", &given_["channels"]);
  tool->Choices("input-channels", {"rgb", "bgr"});
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
