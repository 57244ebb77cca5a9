// Integer operators as operators on floats.
#ifndef DC_MODEL_DIALECTS_INTEGER_OPERATORS_H_
#define DC_MODEL_DIALECTS_INTEGER_OPERATORS_H_

#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "model/dialects/integer_values.h"
#include "model/dialects/node_writer.h"
#include "model/shapes.h"

namespace dc {

// What those that read a graph's integer operators share.
class IntegerContext {
 public:
  IntegerContext(Graph* graph, QuantizedConstants* constants)
      : graph_(*graph), shapes_(graph_), values_(graph, constants, &shapes_) {}

  Graph& graph() { return graph_; }
  ShapeTracker& shapes() { return shapes_; }
  IntegerValues& values() { return values_; }

  // The real numbers of input `x` of `node`, whose scale and zero point are the inputs `scale` and
  // `zero`; `axis` is where these have an element for each index.
  StatusOr<std::string> Dequantized(const Node& node, size_t x, size_t scale, size_t zero,
                                    int64_t axis, NodeWriter* to);
  // Writes the real numbers `x` as whole ones, the first output of `node`.
  Status Quantize(const Node& node, const std::string& x, size_t scale, size_t zero, int64_t axis,
                  NodeWriter* to);
  // Likewise what `sums` is, times `factors`, which broadcast in the shape `shape`, is in steps of
  // the output's scale.
  Status Requantize(const Node& node, const IntegerOperand& sums, std::vector<float> factors,
                    const std::vector<int64_t>& shape, size_t scale, size_t zero, NodeWriter* to);
  // `x` times `factors`, unless all of them are 1.
  static std::string Times(const std::string& x, const std::vector<float>& factors,
                           const std::vector<int64_t>& shape, NodeWriter* to);
  // Notes where sums of products may have more bits than floats hold.
  void NoteLargeSums(const Node& node, const IntegerOperand& a, const IntegerOperand& b);

 private:
  // The output's grid: steps of its unit.
  Status Finish(const Node& node, const std::string& x, const Linear& linear, DataType type,
                NodeWriter* to);
  StatusOr<Linear> OutputLinear(const Node& node, size_t scale, size_t zero, DataType* type) const;

  Graph& graph_;
  ShapeTracker shapes_;
  IntegerValues values_;
};

// Reads `node`: the nodes of `to` take its place. Its output of whole numbers goes into the
// context's values.
using IntegerOperatorReader = Status(const Node& node, IntegerContext* context, NodeWriter* to);

// By the operator's name; null for others. One function per file: products of integers, dynamic
// quantizers, and what com.microsoft has besides.
IntegerOperatorReader* FindIntegerProduct(const Node& node);
IntegerOperatorReader* FindIntegerFunction(const Node& node);
// Operators that whole numbers pass through unchanged, and conversions.
IntegerOperatorReader* FindIntegerMove(const Node& node);

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_INTEGER_OPERATORS_H_
