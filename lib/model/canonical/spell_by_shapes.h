// Rewrites of one node that need the shapes of what it reads. Each leaves alone what it is not for.
#ifndef DC_MODEL_CANONICAL_SPELL_BY_SHAPES_H_
#define DC_MODEL_CANONICAL_SPELL_BY_SHAPES_H_

#include <vector>

#include "dc/graph.h"
#include "model/shapes.h"

namespace dc {

// `auto_pad` of windows becomes pads: none (VALID), or as many as make the output the input's size
// over the stride, rounded up; the odd one at the end (SAME_UPPER) or the begin (SAME_LOWER).
void PadExplicitly(const ShapeTracker& shapes, Node* node);

// The constant of a matrix product loses leading dimensions of 1 that the other operand's make up
// for.
void DropLeadingOnes(const ShapeTracker& shapes, Node* node, Graph* graph);

// Before opset 13 Softmax and LogSoftmax took their input for a matrix, split at the axis. `nodes`
// holds such a node; it becomes one over the last axis, between reshapes where that is not the
// same. False where the input's rank is not known, or the axis is the batch: the node keeps its
// meaning.
bool SoftmaxOverOneAxis(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph);

}  // namespace dc

#endif  // DC_MODEL_CANONICAL_SPELL_BY_SHAPES_H_
