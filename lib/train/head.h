// Which output of a network the labels or targets are about, and where its logits are.
#ifndef DC_TRAIN_HEAD_H_
#define DC_TRAIN_HEAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/status.h"

namespace dc::train {

struct Head {
  std::string output;  // of the graph
  // `output`, or what its final activation reads: the loss contains a Softmax or LogSoftmax over
  // the classes, and a Sigmoid of one value. With targets it is `output`.
  std::string logits;
  bool named = false;  // by the user or the metadata; else the data decided
};

// The head called `logits`, or where that is "" the one that the metadata of `graph` names, or that
// fits the data (ChooseOutput). `input_shape` is that of one sample.
StatusOr<Head> FindHead(const Graph& graph, const Dataset& data, const std::string& logits,
                        const std::vector<int64_t>& input_shape);

}  // namespace dc::train

#endif  // DC_TRAIN_HEAD_H_
