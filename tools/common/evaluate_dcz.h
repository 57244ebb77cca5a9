// The bundled runtime on a dataset.
#ifndef DC_TOOLS_COMMON_EVALUATE_DCZ_H_
#define DC_TOOLS_COMMON_EVALUATE_DCZ_H_

#include <cstdint>

#include "dc/data.h"
#include "dc/progress.h"
#include "dc/report.h"
#include "dc/runtime.h"
#include "dc/status.h"
#include "dc/train.h"

namespace dc {

// The input scaling that `session` was compressed with.
Preprocess ScalingOf(const Session& session);

// Runs all test images through `session` in batches of `batch`; `latency`, if not null, receives
// the median time of a full batch per image. BadInput where data and model do not fit.
StatusOr<EvalResult> EvaluateSession(Session* session, const Dataset& data, int64_t batch,
                                     Latency* latency, Progress* progress);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_EVALUATE_DCZ_H_
