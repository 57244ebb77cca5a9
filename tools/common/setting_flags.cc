#include "common/setting_flags.h"

namespace dc {

namespace po = boost::program_options;

SettingFlags::SettingFlags(StageKind stage, Tool* tool) : tool_(tool), flags_(FlagsOf(stage)) {
  for (const SettingFlag& flag : flags_) {
    if (flag.is_switch) {
      tool->options().add_options()(flag.name.c_str(), po::bool_switch(), flag.help.c_str());
      continue;
    }
    auto* value = po::value(&texts_[flag.name]);
    if (!flag.value_name.empty()) value->value_name(flag.value_name);
    if (!flag.initial.empty()) value->default_value(flag.initial);
    tool->options().add_options()(flag.name.c_str(), value, flag.help.c_str());
  }
}

FlagValues SettingFlags::Values() const {
  FlagValues values;
  for (const SettingFlag& flag : flags_) {
    if (!tool_->Given(flag.name)) continue;
    values.emplace_back(flag.name, flag.is_switch ? "true" : texts_.at(flag.name));
  }
  return values;
}

RunFlags::RunFlags(Tool* tool) : tool_(tool) {
  tool->options().add_options()("log", po::value(&log_csv_)->value_name("FILE.csv"),
                                "a row per epoch")("resume", po::bool_switch(&resume_),
                                                   "go on from the output's checkpoint");
}

void RunFlags::Apply(const std::string& output, TrainOptions* options) const {
  options->threads = tool_->threads();
  options->log_csv = log_csv_;
  options->checkpoint = output + ".checkpoint";
  options->resume = resume_;
}

}  // namespace dc
