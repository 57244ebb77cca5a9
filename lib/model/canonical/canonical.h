// ONNX's spellings brought to one form, in which the records of op/ read them.
#ifndef DC_MODEL_CANONICAL_CANONICAL_H_
#define DC_MODEL_CANONICAL_CANONICAL_H_

#include <map>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// The least operator set that a canonical graph has.
inline constexpr int64_t kCanonicalOpset = 13;

// Brings `graph`, as it was read from a file, to the one form that everything after import relies
// on, without changing what it computes:
//  - constants are initializers, and what follows from constants and shapes alone is computed
//    (HoistConstants, SpellByShapes);
//  - floating point is float32 (ConvertFloats, which notes what it converted);
//  - quantizers and quantized weights have one form, whatever dialect says them (ReadDialects);
//  - what other operators can say is said by them (SpellInOthers);
//  - settings are inputs as opset 13, or a newer one that a node needs, has them, and no operator
//    has an older meaning (SpellSettings, PadExplicitly, SoftmaxOverOneAxis, SplitBySlices, ...);
//  - what no graph output depends on is gone (RemoveUnread).
// Where samples of a batch would mix, and the file fixes all shapes, the graph keeps them
// (Graph::fixed_shapes).
// An error where a node of a dialect of quantized networks cannot be read (ReadDialects).
// A graph of an older opset becomes one of opset 13, or newer where a node needs it, where every
// operator has a record and a meaning that can be carried over. Else the opset stays, and with it
// the spellings that depend on it. Precondition: CheckNames is ok.
Status Canonicalize(Graph* graph);

// The steps, one file each.

// Constant nodes become initializers.
void HoistConstants(Graph* graph);

// float16 and float64 become float32: initializers, tensors in attributes, graph inputs and
// outputs, the targets of conversions. One line in Graph::notes says which and how many.
void ConvertFloats(Graph* graph);

// Operators without a record that others say: Sum, Mean and Max of any number of inputs, Less,
// Reciprocal, ReduceL2, ...
void SpellInOthers(Graph* graph);
// Those that always are, and the operators that take the place of one with two inputs.
std::map<std::string, std::vector<std::string>> SpelledInOthers();

// What operators once had as attributes and now have as inputs (bounds of a Clip, axes of a
// Squeeze): constant inputs. Attributes of older operator sets that say what is the only meaning
// now are dropped.
void SpellSettings(Graph* graph);

// What is known before the run, and spellings that need shapes, in one pass: constants and shapes
// are computed with (ConstantFolder); a Split is Slices; `auto_pad` and `output_shape` as
// pads; Softmax before opset
// 13, which took its input for a matrix, over its last axis with reshapes around it where need be;
// leading ones of a matrix product's constant. False where a node keeps a meaning that opset 13
// does not have.
bool SpellByShapes(Graph* graph);

// Nodes, initializers and declared parameters that no graph output depends on, and outputs of nodes
// that nothing reads.
void RemoveUnread(Graph* graph);

}  // namespace dc

#endif  // DC_MODEL_CANONICAL_CANONICAL_H_
