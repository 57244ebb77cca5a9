// Arrays of samples through a session, in parts of a batch.
#ifndef DC_TOOLS_COMMON_RUN_SAMPLES_H_
#define DC_TOOLS_COMMON_RUN_SAMPLES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dc/progress.h"
#include "dc/runtime.h"
#include "dc/status.h"

namespace dc {

// Samples that an array of `shape` holds for `input`; -1 where the input has no batch. `shape` gets
// the batch that a single sample goes without. BadInput at `where` where it is not what the model
// reads.
StatusOr<int64_t> BatchOf(const std::string& where, const SessionInput& input,
                          std::vector<int64_t>* shape);

// The same for one shape per input, which agree on it: 1 where no input has a batch. `wheres` name
// the arrays in errors.
StatusOr<int64_t> CountSamples(const Session& session, const std::vector<std::string>& wheres,
                               std::vector<std::vector<int64_t>>* shapes);

// An input's or output's shape with a batch of `count`.
std::vector<int64_t> ShapeFor(const std::vector<int64_t>& shape, int64_t count);

// Runs `count` samples, `batch` at a time where samples lie one after the other in every array.
// inputs[i] and outputs[i] have FloatsOf(shape, count) floats; an output that is not wanted
// is empty. Cancelled between batches.
Status RunSamples(const Session& session, int64_t count, int64_t batch,
                  std::span<const std::span<const float>> inputs,
                  std::span<const std::span<float>> outputs, const Progress* progress);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_RUN_SAMPLES_H_
