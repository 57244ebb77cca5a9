// The options of a training run as flags: dc-train, and retraining in dc-prune and dc-quantize.
#ifndef DC_TOOLS_COMMON_TRAIN_FLAGS_H_
#define DC_TOOLS_COMMON_TRAIN_FLAGS_H_

#include <string>

#include "common/tool.h"
#include "dc/train.h"

namespace dc {

// Flags whose values land in a TrainOptions.
class TrainFlags {
 public:
  // Adds the flags to `tool`; `epochs` and `learning_rate` are the defaults of their flags.
  TrainFlags(int epochs, double learning_rate, Tool* tool);

  // The options as given; `output` names the checkpoint. UsageError for values that make no sense.
  StatusOr<TrainOptions> Options(const std::string& output) const;

 private:
  Tool* tool_;
  TrainOptions options_;
  std::string optimizer_ = "sgd", schedule_ = "constant", keep_ = "last";
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_TRAIN_FLAGS_H_
