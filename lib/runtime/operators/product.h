// Products of matrices: what their kernels share.
#ifndef DC_RUNTIME_OPERATORS_PRODUCT_H_
#define DC_RUNTIME_OPERATORS_PRODUCT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "dc/status.h"
#include "runtime/forms/layer_weight.h"
#include "runtime/operators/node_context.h"

namespace dc::runtime {

// Of each matrix of the output: y = alpha * a b, where a is `rows` x `inner` and b `inner` x
// `columns`; turn_a and turn_b say that the operand lies the other way.
struct ProductShape {
  int64_t rows = 1, inner = 1, columns = 1;
  bool turn_a = false, turn_b = false;
  Shape matrices;                  // of the output: the dimensions before its last two
  std::vector<size_t> a_of, b_of;  // by matrix of the output: those of the operands
};

// One matrix of the output. Places are values of a sample.
struct MatrixPart {
  size_t weight = 0;    // number of the constant's matrix
  size_t x = 0, y = 0;  // where the other operand's and the output's begin
};

// The parts of a product whose constant is input `weight`. Where the constant is a single matrix on
// the right there is one part (ProductShape::rows then counts the rows of all matrices).
std::vector<MatrixPart> PartsOf(const ProductShape& shape, size_t weight);

// The matrices of the constant at input `weight`, each laid out for `shape`, with `epilogue`; what
// there is to say of them goes to `result`. Gemm's alpha is multiplied in.
StatusOr<std::vector<LayerWeight>> LoadWeights(const NodeContext& context, size_t weight,
                                               const WeightShape& shape,
                                               const RowEpilogue& epilogue, NodeResult* result);

// `kernel` on input 0 turned, which is rows x columns.
std::unique_ptr<OperatorKernel> MakeTurned(std::unique_ptr<OperatorKernel> kernel, int64_t rows,
                                           int64_t columns);

// A Gemm's input 2, whatever its shape, and the rest of the epilogue behind the kernel of `result`.
using AddToProduct = StatusOr<NodeResult>(const NodeContext& context, const ProductShape& shape,
                                          NodeResult result);
AddToProduct AddMatrix;

// A product whose input 1 is no constant.
StatusOr<NodeResult> MakeOtherProduct(const NodeContext& context);

// The kernels.
StatusOr<NodeResult> MakeWeightOnTheRight(const NodeContext& context, const ProductShape& shape);
StatusOr<NodeResult> MakeWeightOnTheLeft(const NodeContext& context, const ProductShape& shape);
StatusOr<NodeResult> MakeProductOfActivations(const NodeContext& context,
                                              const ProductShape& shape);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_PRODUCT_H_
