#include "common/setting_flags.h"

namespace dc {

SettingFlags::SettingFlags(StageKind stage, Tool* tool) : tool_(tool), flags_(FlagsOf(stage)) {
  for (const SettingFlag& flag : flags_) {
    if (flag.is_switch) {
      tool->Switch(flag.name, flag.help, nullptr);
      continue;
    }
    std::string& text = texts_[flag.name];
    text = flag.initial;
    if (text.empty()) {
      tool->Option(flag.name, flag.value_name, flag.help, &text);
    } else {
      tool->OptionWithDefault(flag.name, flag.value_name, flag.help, &text);
    }
    if (!flag.values.empty()) tool->Choices(flag.name, flag.values);
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
  tool->OutputFile("log", "FILE.csv", "a row per epoch", &log_csv_);
  tool->OutputFile("plot", "FILE.svg", "a chart of errors and losses by epoch", &plot_svg_);
  tool->Switch("resume", "go on from the output's checkpoint", &resume_);
}

Status RunFlags::Apply(const std::string& output, TrainOptions* options) {
  const std::string checkpoint = output + ".checkpoint";
  if (!options->teacher.empty()) {
    DC_RETURN_IF_ERROR(tool_->Reads("--teacher", options->teacher));
  }
  DC_RETURN_IF_ERROR(tool_->Writes("the checkpoint of --output", checkpoint));
  DC_ASSIGN_OR_RETURN(lock_, FileLock::OfName(checkpoint));
  options->threads = tool_->threads();
  options->log_csv = log_csv_;
  options->plot_svg = plot_svg_;
  options->checkpoint = checkpoint;
  options->resume = resume_;
  return OkStatus();
}

}  // namespace dc
