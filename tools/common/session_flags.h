// The options of a tool that say how a session executes a model.
#ifndef DC_TOOLS_COMMON_SESSION_FLAGS_H_
#define DC_TOOLS_COMMON_SESSION_FLAGS_H_

#include <cstdint>
#include <string>

#include "common/tool.h"
#include "dc/runtime.h"
#include "dc/status.h"

namespace dc {

class SessionFlags {
 public:
  void Declare(Tool* tool);

  // What was given.
  StatusOr<SessionOptions> Options(const Tool& tool) const;
  // `*batch`, the samples at a time, is what --batch says; where `session` rounds inputs to 8 bits
  // and --batch was not given it becomes 1. UsageError where --int8-activations and --batch
  // contradict each other.
  Status FitBatch(const Tool& tool, const Session& session, int64_t* batch) const;

 private:
  SessionOptions options_;
  bool int8_ = false, float_ = false;
  std::string memory_;
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_SESSION_FLAGS_H_
