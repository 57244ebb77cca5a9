// The shape of every value of a graph, by the records of its operators.
#ifndef DC_MODEL_SHAPES_H_
#define DC_MODEL_SHAPES_H_

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "op/shape.h"

namespace dc {

// Goes through a graph's nodes in order and knows the shapes of the values so far. Dimension 0 of a
// graph input is the batch; an input with another open dimension has no known shape.
class ShapeTracker {
 public:
  // `graph` must outlive it; nodes may be changed before they are visited. With `any_batch` the
  // batch that its inputs declare does not count.
  explicit ShapeTracker(const Graph& graph, bool any_batch = false);

  // The shape of a constant or of a value that is known, or null.
  const op::Shape* Find(const std::string& value) const;

  // Says what shape a graph input has whose declaration leaves dimensions open.
  void Set(const std::string& input, op::Shape shape) { computed_[input] = std::move(shape); }

  // Infers the shapes of the outputs of `node`. Errors name the node; OkStatus where its inputs are
  // not known, so that the first cause is told alone.
  Status Visit(const Node& node);

  // Dimension 0 that all graph inputs declare, -1 where it is open or they differ.
  int64_t declared_batch() const { return declared_batch_; }

 private:
  const Graph& graph_;
  int64_t declared_batch_ = -1;
  std::unordered_map<std::string, op::Shape> computed_;
};

struct GraphShapes {
  std::unordered_map<std::string, op::Shape> of;  // by value, initializers not among them
  std::vector<Status> problems;  // one per input, then per node, that is a first cause
};

// All shapes that can be told, and why the others cannot; see ShapeTracker.
GraphShapes InferGraphShapes(const Graph& graph, bool any_batch = false);

}  // namespace dc

#endif  // DC_MODEL_SHAPES_H_
