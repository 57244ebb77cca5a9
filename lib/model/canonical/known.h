// Values that are known before the run.
#ifndef DC_MODEL_CANONICAL_KNOWN_H_
#define DC_MODEL_CANONICAL_KNOWN_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dc/graph.h"

namespace dc {

// A tensor of float32, or of integers that may grow with the batch: element i is
// ints[i] + batches[i] * N.
struct Known {
  DataType type = DataType::kInt64;  // float32, int64, int32 or bool
  std::vector<int64_t> shape;        // a dimension may be 0
  std::vector<float> floats;         // of float32
  std::vector<int64_t> ints;         // of all other types; a bool is 0 or 1
  std::vector<int64_t> batches;      // empty where all are 0

  // Nothing for tensors of other types.
  static std::optional<Known> From(const Tensor& tensor);
  static Known Integers(DataType type, std::vector<int64_t> shape, std::vector<int64_t> values,
                        std::vector<int64_t> factors = {});
  static Known Floats(std::vector<int64_t> shape, std::vector<float> values);

  // Precondition: no `batches`.
  Tensor ToTensor() const;
  // The same with N in the place of the batch.
  Known At(int64_t batch) const;

  bool is_float() const { return type == DataType::kFloat32; }
  size_t size() const { return is_float() ? floats.size() : ints.size(); }
  int64_t batch(size_t i) const { return batches.empty() ? 0 : batches[i]; }
};

// More elements are not computed before the run.
inline constexpr int64_t kMostKnown = int64_t{1} << 26;

// The output of `node`, a node of `graph` whose inputs are all known (null where omitted); nothing
// where the operator, its attributes or its values are not covered. Not for Shape and Size, which
// look at shapes alone.
std::optional<Known> Evaluate(const Graph& graph, const Node& node,
                              std::span<const Known* const> inputs);

// Evaluate's parts, by what the operator does; each returns nothing for operators that are not its
// own.
using Evaluator = std::optional<Known>(const Graph& graph, const Node& node,
                                       std::span<const Known* const> inputs);
Evaluator EvaluateOfOne;      // a number from a number: Cast, Floor, Sqrt, Not, ...
Evaluator EvaluateOfTwo;      // from two or more: Add, Max, Equal, And, Where, ...
Evaluator EvaluateMoves;      // Reshape, Transpose, Slice, Gather, Concat, ...
Evaluator EvaluateMade;       // from sizes and positions: Range, ConstantOfShape, Trilu, ...
Evaluator EvaluateReduced;    // ReduceSum, ReduceProd, ...
Evaluator EvaluateScattered;  // ScatterND, ScatterElements

}  // namespace dc

#endif  // DC_MODEL_CANONICAL_KNOWN_H_
