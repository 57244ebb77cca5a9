// dc-run --input: arrays in, arrays or the best classes out.
#ifndef DC_TOOLS_COMMON_RUN_ARRAY_H_
#define DC_TOOLS_COMMON_RUN_ARRAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/tool.h"
#include "dc/runtime.h"
#include "dc/status.h"

namespace dc {

struct ArrayRun {
  // "NAME=X.npy", or "X.npy" for the inputs that no other names, in the model's order. Each holds
  // samples as the model reads them; of a model with one input also one sample without its batch.
  std::vector<std::string> inputs;
  std::string output;         // .npy for the first output; "" for none
  std::string output_folder;  // gets NAME.npy for every output; "" for none
  std::string labels;         // one class name per line; "" prints class numbers
  int topk = 0;               // classes to print per input; 0 prints none
};

// Runs the arrays through `session` in batches. Values are taken as the network reads them: no
// scaling is applied. Tells the user which of several outputs `run.output` holds.
Status RunArray(const ArrayRun& run, int64_t batch, Session* session, Tool* tool);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_RUN_ARRAY_H_
