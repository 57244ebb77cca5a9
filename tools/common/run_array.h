// dc-run --input: one array in, one array or the best classes out.
#ifndef DC_TOOLS_COMMON_RUN_ARRAY_H_
#define DC_TOOLS_COMMON_RUN_ARRAY_H_

#include <cstdint>
#include <string>

#include "dc/progress.h"
#include "dc/runtime.h"
#include "dc/status.h"

namespace dc {

struct ArrayRun {
  std::string input;   // .npy, float: N x the model's input shape, or one sample without N
  std::string output;  // .npy for the outputs; "" for none
  std::string labels;  // one class name per line; "" prints class numbers
  int topk = 0;        // classes to print per input; 0 prints none
};

// Runs `run.input` through `session` in batches. Values are taken as the network reads them: no
// scaling is applied. Tells `progress` which of several outputs it was.
Status RunArray(const ArrayRun& run, int64_t batch, Session* session, Progress* progress);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_RUN_ARRAY_H_
