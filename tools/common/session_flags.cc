#include "common/session_flags.h"

#include "common/byte_count.h"

namespace dc {

void SessionFlags::Declare(Tool* tool) {
  tool->Option("memory", "BYTES",
               "most memory for weights and activations: a number, or one with K, M or G (default: "
               "any)",
               &memory_);
  tool->Switch("int8-activations",
               "single samples: sparse fully connected layers round their inputs to 8 bits where "
               "that is faster; --data shows what it costs",
               &int8_);
  tool->Switch("float-activations", "inputs stay floats, whatever the file says", &float_);
  tool->Switch("reference", "plain loops instead of SIMD kernels", &options_.reference_kernels);
}

StatusOr<SessionOptions> SessionFlags::Options(const Tool& tool) const {
  SessionOptions options = options_;
  options.threads = tool.threads();
  if (int8_ && float_) {
    return UsageError("--int8-activations and --float-activations contradict each other");
  }
  if (int8_ || float_) options.int8_activations = int8_;
  if (tool.Given("memory")) {
    options.memory_limit = ParseByteCount(memory_);
    if (options.memory_limit == 0) {
      return UsageError("--memory must be a number of bytes, as in 512M", memory_);
    }
  }
  return options;
}

Status SessionFlags::FitBatch(const Tool& tool, const Session& session, int64_t* batch) const {
  if (!session.int8_activations()) return OkStatus();
  if (int8_ && tool.Given("batch") && *batch > 1) {
    return UsageError(
        "--int8-activations is for single samples, and --batch is " + std::to_string(*batch), "",
        "leave --batch out");
  }
  if (!tool.Given("batch")) *batch = 1;
  return OkStatus();
}

}  // namespace dc
