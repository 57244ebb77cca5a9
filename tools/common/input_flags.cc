#include "common/input_flags.h"

#include <cstdlib>

namespace dc {
namespace {

namespace po = boost::program_options;

StatusOr<std::vector<float>> ParseList(const std::string& flag, const std::string& text) {
  std::vector<float> values;
  const char* at = text.c_str();
  while (*at) {
    char* end = nullptr;
    values.push_back(std::strtof(at, &end));
    if (end == at || (*end && *end != ',')) {
      return UsageError("--" + flag + " is not a list of numbers", text,
                        "write for example 0.1307,0.2");
    }
    at = *end ? end + 1 : end;
  }
  return values;
}

}  // namespace

InputFlags::InputFlags(Tool* tool) : tool_(tool) {
  tool->options().add_options()("input-scale", po::value(&scale_)->value_name("S"),
                                "pixels are multiplied by this (default 1/255)")(
      "input-mean", po::value(&mean_)->value_name("M,.."),
      "then this is subtracted, one a channel")(
      "input-deviation", po::value(&deviation_)->value_name("D,.."), "then it is divided by this")(
      "input-layout", po::value(&layout_)->value_name("L"), "nchw or nhwc")(
      "input-channels", po::value(&channels_)->value_name("C"), "rgb or bgr");
}

StatusOr<Preprocess> InputFlags::Apply(Graph* graph) const {
  DC_ASSIGN_OR_RETURN(Preprocess preprocess, PreprocessFromMetadata(graph->metadata));
  if (tool_->Given("input-scale")) preprocess.scale = scale_;
  if (tool_->Given("input-mean")) {
    DC_ASSIGN_OR_RETURN(preprocess.mean, ParseList("input-mean", mean_));
  }
  if (tool_->Given("input-deviation")) {
    DC_ASSIGN_OR_RETURN(preprocess.deviation, ParseList("input-deviation", deviation_));
  }
  if (layout_ != "nchw" && layout_ != "nhwc") {
    return UsageError("unknown --input-layout '" + layout_ + "'", "", "use nchw or nhwc");
  }
  if (channels_ != "rgb" && channels_ != "bgr") {
    return UsageError("unknown --input-channels '" + channels_ + "'", "", "use rgb or bgr");
  }
  if (tool_->Given("input-layout")) preprocess.channels_last = layout_ == "nhwc";
  if (tool_->Given("input-channels")) preprocess.reverse_channels = channels_ == "bgr";
  PreprocessToMetadata(preprocess, &graph->metadata);
  return preprocess;
}

}  // namespace dc
