#include "dc/progress.h"

namespace dc {

Progress* SilentProgress() {
  static PartProgress silent(nullptr);
  return &silent;
}

Status StopIfCancelled(const Progress* progress, const std::string& where) {
  if (progress == nullptr || !progress->IsCancelled()) return OkStatus();
  return Cancelled("cancelled", where);
}

}  // namespace dc
