// The settings of a stage as flags: recipe fields by the table of proto/recipe.proto.
#ifndef DC_TOOLS_COMMON_SETTING_FLAGS_H_
#define DC_TOOLS_COMMON_SETTING_FLAGS_H_

#include <map>
#include <string>
#include <vector>

#include "common/tool.h"
#include "dc/files.h"
#include "dc/recipe.h"

namespace dc {

// One flag for each setting of a stage, those of its training included.
class SettingFlags {
 public:
  // Adds the flags to `tool`.
  SettingFlags(StageKind stage, Tool* tool);

  // Those that were given.
  FlagValues Values() const;

 private:
  Tool* tool_;
  std::vector<SettingFlag> flags_;
  std::map<std::string, std::string> texts_;
};

// --log, --plot and --resume of what trains.
class RunFlags {
 public:
  explicit RunFlags(Tool* tool);

  // Sets what does not decide the outcome of a training: threads, log, chart, and the checkpoint
  // beside `output`, which no other run can have as long as this object lives: IoError where one
  // has it.
  Status Apply(const std::string& output, TrainOptions* options);

 private:
  Tool* tool_;
  std::string log_csv_, plot_svg_;
  bool resume_ = false;
  FileLock lock_;
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_SETTING_FLAGS_H_
