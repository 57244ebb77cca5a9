// The fewest bits that a method needs.
#ifndef DC_PIPELINE_BIT_SEARCH_H_
#define DC_PIPELINE_BIT_SEARCH_H_

#include <string>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/quantize.h"
#include "dc/status.h"
#include "dc/train.h"

namespace dc {

// Bits of `options.method` for weights of convolutions, weights of fully connected layers and
// activations ("conv=4,fc=4,a=8"), found as in Ristretto (Gysel, Motamedi and Ghiasi 2016): each
// alone is halved from 16 (or the most that the method has) while the error stays within
// `max_error_increase` points of the float network's; together they are raised again, the fewest
// first, until they stay within it, too. Errors are those of up to 5,000 training images, the last
// ones, without training. GoalNotMet where not even the most bits do.
StatusOr<std::string> FindMethodBits(const QuantizeOptions& options, const TrainOptions& training,
                                     const Dataset& data, const Graph& graph, Progress* progress);

}  // namespace dc

#endif  // DC_PIPELINE_BIT_SEARCH_H_
