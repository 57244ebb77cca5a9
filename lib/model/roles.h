// What every constant of a graph is to the network: learned, followed, or part of the formula.
#ifndef DC_MODEL_ROLES_H_
#define DC_MODEL_ROLES_H_

#include <map>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "op/operator.h"

namespace dc {

struct GraphRoles {
  // By name of the initializer or uninitialized parameter that a node reads.
  std::map<std::string, op::Role> of;
  // The bias of the layer at this index in Graph::nodes: its own or that of a node after it.
  std::map<size_t, std::string> bias;
};

// Roles are those of the inputs where a tensor is read, as the operators' records have them, and
// what structure adds:
//  - what an adding node puts on the output of a layer that has no bias, one number per output
//    channel and nothing else reading that output, is the layer's bias;
//  - what a multiplying node so puts on a batch normalization is a scale, and what an adding node
//    puts on that, a bias.
// Everything else at an operand is a fixed number of the formula (kOperand): a 1/255 inside the
// graph, the 3 and 6 of a written-out hard-swish. A tensor in several roles has the first of
// kWeight, kStatistic, kOperand, kSetting among them.
GraphRoles FindRoles(const Graph& graph);

// What a user says of it: patterns (* ? and [...], as in a shell) of tensors' names.
struct TrainChoice {
  std::vector<std::string> train, freeze;
};

// The patterns of a list that commas separate; a backslash takes the meaning from what follows it.
std::vector<std::string> SplitPatterns(const std::string& list);

// The pattern that `name` alone matches.
std::string PatternOf(const std::string& name);

// Makes what a pattern of `choice.train` matches learned (kBias, if it was a number of the
// formula), and what one of `choice.freeze` matches fixed (kOperand), which counts more. UsageError
// for a pattern that matches no float32 tensor that a node reads; settings cannot be trained.
Status ChooseTrained(const TrainChoice& choice, const Graph& graph, GraphRoles* roles);

}  // namespace dc

#endif  // DC_MODEL_ROLES_H_
