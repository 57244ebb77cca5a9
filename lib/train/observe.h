// What the values of a network are like, before they are quantized.
#ifndef DC_TRAIN_OBSERVE_H_
#define DC_TRAIN_OBSERVE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/status.h"
#include "dc/train.h"
#include "model/observed_value.h"

namespace dc {

// Runs the float graph on `samples` training images (drawn with `seed`; all of them where there are
// fewer) and looks at the values called `names`. Labels are not used. BadInput for a name that the
// network up to its logits does not compute.
StatusOr<std::map<std::string, ObservedValue>> Observe(const Graph& graph, const Dataset& data,
                                                       const Preprocess& preprocess,
                                                       const std::string& logits,
                                                       const std::vector<std::string>& names,
                                                       int64_t samples, uint64_t seed);

// The same samples, and the values whole: one sample after the other.
StatusOr<std::map<std::string, std::vector<float>>> ReadValues(
    const Graph& graph, const Dataset& data, const Preprocess& preprocess,
    const std::string& logits, const std::vector<std::string>& names, int64_t samples,
    uint64_t seed);

}  // namespace dc

#endif  // DC_TRAIN_OBSERVE_H_
