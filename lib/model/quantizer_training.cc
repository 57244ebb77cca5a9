#include "model/quantizer_training.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/number_text.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

constexpr std::array<std::string_view, 5> kRules = {"fixed", "learned", "clip", "running_maximum",
                                                    "running_power"};

constexpr std::array<std::string_view, 3> kLosses = {"none", "soft_hinge", "equal_soft_hinge"};

StatusOr<ScaleRule> RuleOf(std::string_view name) {
  for (size_t i = 0; i < kRules.size(); ++i) {
    if (kRules[i] == name) return static_cast<ScaleRule>(i);
  }
  return BadInput("no rule for a quantizer's scale is called '" + std::string(name) + "'",
                  "scale_rule", "use fixed, learned, clip, running_maximum or running_power");
}

StatusOr<LayerLoss> LossOf(std::string_view name) {
  for (size_t i = 0; i < kLosses.size(); ++i) {
    if (kLosses[i] == name) return static_cast<LayerLoss>(i);
  }
  return BadInput("no loss of a quantizer's layer is called '" + std::string(name) + "'",
                  "layer_loss", "use none, soft_hinge or equal_soft_hinge");
}

Status CheckRange(const QuantizerTraining& how) {
  const bool both = std::isnan(how.pass_low) == std::isnan(how.pass_high);
  if (both && !(how.pass_low >= how.pass_high)) return OkStatus();
  return BadInput("the gradient of a quantizer passes nowhere", "pass_low, pass_high",
                  "give both, the lower one first");
}

StatusOr<float> NumberOf(const std::string& text) {
  float value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size()) return value;
  return BadInput("'" + text + "' is no number", "", "remove this entry of the metadata");
}

}  // namespace

StatusOr<QuantizerTraining> QuantizerTraining::Of(const Node& node) {
  QuantizerTraining how;
  how.pass_low = node.Float("pass_low", how.pass_low);
  how.pass_high = node.Float("pass_high", how.pass_high);
  how.stochastic = node.Int("stochastic", 0) != 0;
  DC_ASSIGN_OR_RETURN(how.rule, RuleOf(node.String("scale_rule", "fixed")));
  DC_ASSIGN_OR_RETURN(how.loss, LossOf(node.String("layer_loss", "none")));
  DC_RETURN_IF_ERROR(CheckRange(how));
  return how;
}

void QuantizerTraining::SetOn(Node* node) const {
  for (const char* name : {"pass_low", "pass_high", "stochastic", "scale_rule", "layer_loss"}) {
    node->attributes.erase(name);
  }
  if (has_range()) {
    node->attributes["pass_low"] = pass_low;
    node->attributes["pass_high"] = pass_high;
  }
  if (stochastic) node->attributes["stochastic"] = int64_t{1};
  if (rule != ScaleRule::kFixed) {
    node->attributes["scale_rule"] = std::string(kRules[static_cast<size_t>(rule)]);
  }
  if (loss != LayerLoss::kNone) {
    node->attributes["layer_loss"] = std::string(kLosses[static_cast<size_t>(loss)]);
  }
}

std::string QuantizerTraining::Text() const {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
  if (has_range()) {
    add("pass_low=" + NumberText(pass_low));
    add("pass_high=" + NumberText(pass_high));
  }
  if (stochastic) add("stochastic=1");
  if (rule != ScaleRule::kFixed) {
    add("scale_rule=" + std::string(kRules[static_cast<size_t>(rule)]));
  }
  if (loss != LayerLoss::kNone) {
    add("layer_loss=" + std::string(kLosses[static_cast<size_t>(loss)]));
  }
  return text;
}

StatusOr<QuantizerTraining> QuantizerTraining::FromText(const std::string& text) {
  QuantizerTraining how;
  std::istringstream words(text);
  std::string word;
  while (words >> word) {
    const size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (key == "pass_low") {
      DC_ASSIGN_OR_RETURN(how.pass_low, NumberOf(value));
    } else if (key == "pass_high") {
      DC_ASSIGN_OR_RETURN(how.pass_high, NumberOf(value));
    } else if (key == "stochastic") {
      how.stochastic = value == "1";
    } else if (key == "scale_rule") {
      DC_ASSIGN_OR_RETURN(how.rule, RuleOf(value));
    } else if (key == "layer_loss") {
      DC_ASSIGN_OR_RETURN(how.loss, LossOf(value));
    } else {
      return BadInput("a quantizer has no setting '" + key + "'", "",
                      "remove this entry of the metadata");
    }
  }
  DC_RETURN_IF_ERROR(CheckRange(how));
  return how;
}

bool HasQuantizers(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) {
    const op::Operator* record = OperatorOf(node);
    return record != nullptr && (record->Has(op::kQuantizes) || record == &op::kQuantizeGradient);
  });
}

std::string QuantizerTrainingKey(const std::string& value) { return "dc.quantizer." + value; }

}  // namespace dc
