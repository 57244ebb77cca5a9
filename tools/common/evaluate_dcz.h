// The bundled runtime on a dataset.
#ifndef DC_TOOLS_COMMON_EVALUATE_DCZ_H_
#define DC_TOOLS_COMMON_EVALUATE_DCZ_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "dc/compress.h"
#include "dc/data.h"
#include "dc/progress.h"
#include "dc/report.h"
#include "dc/runtime.h"
#include "dc/status.h"
#include "dc/train.h"

namespace dc {

// What the user says beyond what the file does.
struct SessionEvaluation {
  int64_t batch = 64;
  std::optional<float> scale;  // in place of the file's
  std::string logits;          // the output that the data is about, where there are several
};

// Runs all test images through `session`; `latency`, if not null, receives the median time of a
// full batch per image. The result has no loss of labels. BadInput where data and model do not fit.
// UsageError where the model reads more than images.
StatusOr<EvalResult> EvaluateSession(Session* session, const Dataset& data,
                                     const SessionEvaluation& options, Latency* latency,
                                     Progress* progress);

// What dc-run prints of it, an end of line after each: samples, errors and `latency` at batch
// `batch`.
std::string EvaluationText(const EvalResult& result, const Latency& latency, int64_t batch);

// A line, with its end, that says what inputs of 8 bits cost `file` on the test samples of `data`:
// the errors with and without them, sample by sample, and how many layers take them. Plain loops
// compute it where the processor has no instructions for it.
StatusOr<std::string> Int8CostText(std::span<const uint8_t> file, const Dataset& data, int threads,
                                   Progress* progress);

// What dc::Compress evaluates with: the runtime with `threads` threads, sample by sample where the
// file allows inputs of 8 bits.
DczEvaluator RuntimeEvaluator(int threads);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_EVALUATE_DCZ_H_
