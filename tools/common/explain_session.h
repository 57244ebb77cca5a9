// dc-run --explain: how a model is executed, step by step.
#ifndef DC_TOOLS_COMMON_EXPLAIN_SESSION_H_
#define DC_TOOLS_COMMON_EXPLAIN_SESSION_H_

#include <cstdint>

#include "dc/progress.h"
#include "dc/runtime.h"
#include "dc/status.h"

namespace dc {

// Measures the steps of a batch of `batch` samples and prints a line for each: its form, kernel,
// bytes in memory, microseconds and share of the time, and why it has that form. Steps' times are
// the fastest of several; the last line is the median time of whole calls.
Status ExplainSession(const Session& session, int64_t batch, const Progress* progress);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_EXPLAIN_SESSION_H_
