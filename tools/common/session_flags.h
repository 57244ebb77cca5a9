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

  // What was given. `*batch`, the samples at a time, is what --batch says; with --int8-activations
  // it becomes 1, and UsageError says where --batch contradicts.
  StatusOr<SessionOptions> Options(const Tool& tool, int64_t* batch) const;

 private:
  SessionOptions options_;
  std::string memory_;
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_SESSION_FLAGS_H_
