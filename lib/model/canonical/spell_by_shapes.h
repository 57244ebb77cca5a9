// Rewrites of one node that need the shapes of what it reads. Each leaves alone what it is not for.
#ifndef DC_MODEL_CANONICAL_SPELL_BY_SHAPES_H_
#define DC_MODEL_CANONICAL_SPELL_BY_SHAPES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dc/graph.h"
#include "model/graph_index.h"
#include "model/shapes.h"

namespace dc {

// The attribute that says how a window's padding is found, which the canonical form writes out.
inline constexpr const char* kAutoPad = "auto_pad";

// `auto_pad` of windows becomes pads: none (VALID), or as many as make the output the input's size
// over the stride, rounded up; the odd one at the end (SAME_UPPER) or the begin (SAME_LOWER).
void PadExplicitly(const ShapeTracker& shapes, Node* node);

// `auto_pad` and `output_shape` of a transposed convolution become pads, and output_padding where
// the output is to be larger than its windows make it.
void PadTransposed(const ShapeTracker& shapes, Node* node);

// The constant of a matrix product loses leading dimensions of 1 that the other operand's make up
// for.
void DropLeadingOnes(const ShapeTracker& shapes, Node* node, Graph* graph);

// What a Slice along one axis takes.
struct SliceSettings {
  int64_t start = 0, end = 0, axis = 0, step = 1;
};

// The Slice of `from` that writes `to`, its settings new initializers of `graph`.
Node SliceNode(const std::string& from, const std::string& to, const SliceSettings& settings,
               Graph* graph);

// A Split becomes one Slice for each output. `nodes` holds such a node. It stays where its input's
// shape is not known, its sizes are computed or it splits the batch.
void SplitBySlices(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph);

// A Gather of a computed value at one constant index, or at several that are evenly spaced, becomes
// a Slice, and a Squeeze where the index is a single number. `nodes` holds such a node.
void GatherBySlice(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph);

// A LayerNormalization whose mean or inverse deviation is read becomes the operators that it is
// made of. `nodes` holds such a node.
void LayerStatistics(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph);

// Upsample and the Resize of opset 10 become Resizes as opset 13 has them; sizes become scales, and
// both are listed for all axes. `nodes` holds such a node; where sizes are rounded up to keep the
// aspect, it is resized with a margin that is cut off again.
void SpellResize(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph);

// A CenterCropPad to known sizes becomes Slices of what is larger and a Pad of what is smaller.
// `nodes` holds such a node.
void CropAndPad(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph);

// Says the output of `node`, a Resize of a value of shape `x`, by scales in place of `sizes`, which
// hold a dimension of `x` for each that stays. False where they are no sizes.
bool ScaleToSizes(const op::Shape& x, const std::vector<int64_t>& sizes, Node* node, Graph* graph);

// A convolution or an average of what a Pad has put zeros around pads its input itself.
class PadsOfWindows {
 public:
  // Both outlive it.
  PadsOfWindows(const ShapeTracker& shapes, const Graph& graph) : shapes_(shapes), graph_(graph) {}

  // Those of a graph come in order.
  void Spell(std::vector<Node>* nodes);

 private:
  void TakePad(Node* node) const;

  const ShapeTracker& shapes_;
  const Graph& graph_;
  std::unordered_map<std::string, Node> pads_;  // by what they write
};

// The attribute `value` of a Pad before opset 11 gets its newer name.
void SpellPad(Node* node);

// Before opset 13 Softmax and LogSoftmax took their input for a matrix, split at the axis. `nodes`
// holds such a node; it becomes one over the last axis, between reshapes where that is not the
// same. False where the input's rank is not known, or the axis is the batch: the node keeps its
// meaning.
bool SoftmaxOverOneAxis(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph);

// A product with the transpose of a constant matrix, which others read as it is (a tied weight),
// reads the matrix itself: as a Gemm, between reshapes where the other operand is no matrix.
// `nodes` holds such a product; `index` is that of `graph`.
void ProductOfTransposed(const ShapeTracker& shapes, const GraphIndex& index,
                         std::vector<Node>* nodes, Graph* graph);

// An Einsum of two operands becomes a MatMul between Transposes, and Reshapes where several labels,
// or none, are rows, columns or what is summed over. `nodes` holds such a node. It stays where an
// operand alone sums over a label, or has one twice.
void ProductOfEinsum(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph);

// Rows of samples in turns, between two Reshapes around a Gemm with a constant matrix, become rows
// of one sample after the other.
class GemmsOfSamples {
 public:
  // `index` is that of `graph`; all outlive it.
  GemmsOfSamples(const ShapeTracker& shapes, const GraphIndex& index, Graph* graph)
      : shapes_(shapes), index_(index), graph_(*graph) {}

  // `nodes` holds a node; those of a graph come in order. One of the Reshapes becomes several
  // nodes.
  void Spell(std::vector<Node>* nodes);

 private:
  // Rows of a matrix: for each of `before`, of each sample, `rows` of `width` numbers, each of
  // which has so many products.
  struct Turns {
    int64_t width = 1, products = 1, before = 1, rows = 1;
  };
  // What the Reshape `flatten`, which `gemm` alone reads, flattens for it; nothing where that keeps
  // samples whole, or no Reshape alone reads the products.
  std::optional<Turns> FlattenedBy(const Node& flatten, const Node& gemm) const;

  const ShapeTracker& shapes_;
  const GraphIndex& index_;
  Graph& graph_;
  std::unordered_map<std::string, Turns> turned_;  // by what the Gemm writes
};

// Of a recurrent node: hidden_size is said, which may be left out; its last state, which is a part
// of all states, is taken from them; activations and lengths that say what holds without them are
// left out. `nodes` holds such a node.
void RecurrentStates(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph);

// A Reshape of the value `from` to `to`, named like that, and its setting.
Node ReshapeNode(const std::string& from, const std::string& to, std::vector<int64_t> shape,
                 Graph* graph);

// A Transpose of the value `from` to `to`, named like that.
Node TransposeNode(const std::string& from, const std::string& to, std::vector<int64_t> perm);

}  // namespace dc

#endif  // DC_MODEL_CANONICAL_SPELL_BY_SHAPES_H_
