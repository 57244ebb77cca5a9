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
struct MatrixShapes {
  int64_t rows = 1, inner = 1, columns = 1;
  bool turn_a = false, turn_b = false;
};
struct ProductShape : MatrixShapes {
  Shape matrices;                  // of the output: the dimensions before its last two
  std::vector<size_t> a_of, b_of;  // by matrix of the output: those of the operands
};

// One matrix of the output. Places are values of a sample.
struct MatrixPart {
  size_t weight = 0;    // number of the constant's matrix
  size_t x = 0, y = 0;  // where the other operand's and the output's begin
};

// The matrices of a constant operand, and where each of them is multiplied.
struct ProductWeight {
  std::vector<Constant> matrices;
  std::vector<MatrixPart> parts;
};

// The matrices laid out for `shape`, with `epilogue`; what there is to say of them goes to
// `result`. Gemm's alpha is multiplied in.
StatusOr<std::vector<LayerWeight>> LayOutMatrices(const NodeContext& context,
                                                  std::vector<Constant> matrices,
                                                  const WeightShape& shape,
                                                  const RowEpilogue& epilogue, NodeResult* result);

// True where input 2 of a Gemm is a bias that every row of the output has, or there is none.
bool HasRowBias(const NodeContext& context, int64_t outputs);

// Whether a Gemm has an input 2.
inline bool HasAddend(const NodeContext& context) {
  return context.inputs.size() > 2 && context.inputs[2].kind != NodeInput::kOmitted;
}

// `kernel` on input 0 turned, which is rows x columns.
std::unique_ptr<OperatorKernel> MakeTurned(std::unique_ptr<OperatorKernel> kernel, int64_t rows,
                                           int64_t columns);

// A Gemm's input 2, whatever its shape, and the rest of the epilogue behind the kernel of `result`.
StatusOr<NodeResult> AddMatrix(const NodeContext& context, const MatrixShapes& shape,
                               NodeResult result);

// A product that is not one of rows with a single matrix.
StatusOr<NodeResult> MakeOtherProduct(const NodeContext& context);

// The kernels. With a weight on the right turn_a has been seen to, and what is no row bias remains
// to be added.
StatusOr<NodeResult> MakeWeightOnTheRight(const NodeContext& context, const MatrixShapes& shape,
                                          ProductWeight weight);
StatusOr<NodeResult> MakeWeightOnTheLeft(const NodeContext& context, const MatrixShapes& shape,
                                         ProductWeight weight);
StatusOr<NodeResult> MakeProductOfActivations(const NodeContext& context,
                                              const ProductShape& shape);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_PRODUCT_H_
