// What is known before the run is computed at import.
#ifndef DC_MODEL_CANONICAL_CONSTANT_FOLDER_H_
#define DC_MODEL_CANONICAL_CONSTANT_FOLDER_H_

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "dc/graph.h"
#include "model/canonical/known.h"
#include "model/shapes.h"

namespace dc {

// Goes through the nodes of a graph in order, together with a tracker of the shapes.
//
// A node whose inputs are known becomes an initializer named like its output. So do the shapes of
// values, and what is computed from them, as far as the batch is not in them. Where it is, the node
// stays, and its value goes into the settings that read it in a form that holds for every batch: 0
// or -1 in a Reshape, 1 in an Expand. Where there is none, the batch that the graph's inputs
// declare stands for it, if they do. A constant that is repeated for each sample is read as the
// constant by operators that broadcast it.
//
// No model grows by it, and what is learned stays so: a constant of several numbers is moved only
// where nothing else reads it, weights and biases are not copied, and results are not larger than
// what goes unless they are small or come from nothing large.
//
// Graph outputs keep their names and producers.
class ConstantFolder {
 public:
  // Both must outlive it.
  ConstantFolder(ShapeTracker* shapes, Graph* graph);

  // Says that `parts` stand for `node` from here on.
  void Replace(const Node& node, const std::vector<Node>& parts);

  // True where `node` was folded and must go. Else it may need nodes before it, which are added to
  // `before`.
  bool Fold(Node* node, std::vector<Node>* before);

 private:
  void Count(const Node& node);
  bool IsKnown(const std::string& value) const;
  const Known& Find(const std::string& value);
  std::optional<Known> FromShape(const Node& node) const;
  // The output of `node` where all inputs are known.
  std::optional<Known> FromInputs(const Node& node);
  bool MayReplace(const Node& node, const Known& result) const;
  bool ComesFromNothingLarge(const Node& node) const;
  void SetConstant(const std::string& output, const Known& value);
  void UseDeclaredBatch(Node* node);
  // What is the same for every sample (repeated_constants.cc).
  std::optional<Known> OfOneSample(const Node& node);
  std::optional<op::Shape> RepeatedShape(const Node& node);
  void FindRepeated(const Node& node);
  std::string RepeatedAsConstant(const std::string& value);
  void UseRepeated(Node* node, std::vector<Node>* before);
  void DropZeroStates(Node* node) const;

  ShapeTracker& shapes_;
  Graph& graph_;
  std::unordered_set<std::string> graph_outputs_;
  std::unordered_set<std::string> learned_;           // read as weights, biases, ...
  std::unordered_set<std::string> made_;              // computed here, from nothing large
  int64_t made_bytes_ = 0;                            // of these, also of those that are gone
  std::unordered_map<std::string, int64_t> readers_;  // node inputs that name the value
  std::unordered_map<std::string, std::string>
      alias_;                                          // output of a node that is gone -> its input
  std::unordered_map<std::string, Known> with_batch_;  // outputs of nodes that stay
  std::unordered_map<std::string, Known> repeated_;    // likewise, and what one sample has of it
  std::map<std::string, Known> read_;                  // initializers, as they were read
};

// Writes the setting at input `i` of `node`, whose value is `setting`, so that it holds for every
// batch: as a new initializer of `graph`. False where it cannot be said.
bool SayForEveryBatch(const ShapeTracker& shapes, const Known& setting, size_t i, Node* node,
                      Graph* graph);

}  // namespace dc

#endif  // DC_MODEL_CANONICAL_CONSTANT_FOLDER_H_
