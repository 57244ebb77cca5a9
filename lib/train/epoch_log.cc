#include "train/epoch_log.h"

#include <cmath>
#include <cstdio>

#include "dc/files.h"

namespace dc::train {
namespace {

std::string Field(double value, const char* format) {
  if (std::isnan(value)) return "";
  char text[64];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

}  // namespace

std::string EpochLogText(const std::vector<EpochRecord>& records, bool targets) {
  const char* const loss = targets ? "%.9g" : "%.6f";
  std::string text =
      "epoch,learning_rate,train_loss,train_error_percent,validation_loss,"
      "validation_error_percent,seconds\n";
  for (const EpochRecord& r : records) {
    text += std::to_string(r.epoch) + "," + Field(r.learning_rate, "%.9g") + "," +
            Field(r.train_loss, loss) + "," + Field(r.train_error_percent, "%.3f") + "," +
            Field(r.validation_loss, loss) + "," + Field(r.validation_error_percent, "%.3f") + "," +
            Field(r.seconds, "%.3f") + "\n";
  }
  return text;
}

Status WriteEpochLog(const std::string& path, const std::vector<EpochRecord>& records,
                     bool targets) {
  if (path.empty()) return OkStatus();
  return WriteFileAtomic(path, EpochLogText(records, targets));
}

}  // namespace dc::train
