// Gemm and MatMul: rows times a constant matrix here, everything else in other_product.cc.
#include "runtime/operators/product.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "runtime/operators/rare_operands.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {

StatusOr<std::vector<LayerWeight>> LayOutMatrices(const NodeContext& context,
                                                  std::vector<Constant> matrices,
                                                  const WeightShape& shape,
                                                  const RowEpilogue& epilogue, NodeResult* result) {
  if (std::max(shape.rows, shape.columns) > kMaxMatrixSide ||
      int64_t{shape.rows} * shape.columns > kMaxSampleSize) {
    return Unsupported(
        DC_ERROR_TEXT("a large matrix", "a matrix of ", shape.rows, "x", shape.columns), "",
        "only up to 2^24 rows and columns and 2^28 values are covered");
  }
  const float scale =
      context.node.op == format::Op::kGemm ? context.attributes.Float("alpha") : 1.0f;
  std::vector<LayerWeight> weights;
  for (Constant& matrix : matrices) {
    LayerPlan layer;
    weights.push_back(MakeLayerWeight(std::move(matrix), shape, scale, epilogue, context.kernels,
                                      context.memory, &layer));
    AddLayer(std::move(layer), result);
  }
  return weights;
}

bool HasRowBias(const NodeContext& context, int64_t outputs) {
  if (!HasAddend(context)) return true;
  if (!context.IsConstant(2)) return false;
  const Shape& shape = context.inputs[2].shape;
  const int64_t size = CheckedSize(shape);
  return size == 1 || (size == outputs && shape.back() == outputs);
}

namespace {

// Every row of input 0, whatever its rank, times the one matrix that input 1 is.
StatusOr<NodeResult> MakeRowsTimesMatrix(const NodeContext& context, const MatrixShapes& shape) {
  ProductWeight weight;
  DC_ASSIGN_OR_RETURN(Constant matrix, context.load(context.inputs[1].tensor));
  weight.matrices.push_back(std::move(matrix));
  weight.parts.emplace_back();
  return MakeWeightOnTheRight(context, shape, std::move(weight));
}

StatusOr<NodeResult> MakeProduct(const NodeContext& context) {
  if (context.IsConstant(0) && context.IsConstant(1)) {
    return Unsupported("a product of two constants", "", "fold it into the model first");
  }
  const Shape& a = context.inputs[0].shape;
  const Shape& b = context.inputs[1].shape;
  const bool gemm = context.node.op == format::Op::kGemm;
  if (context.IsConstant(1) && b.size() == 2 && !(gemm && context.attributes.Int("transA") != 0)) {
    MatrixShapes shape;
    shape.turn_b = gemm && context.attributes.Int("transB") != 0;
    shape.rows = CheckedSize(a, 0, a.size() - 1);
    shape.inner = a.back();
    shape.columns = b[shape.turn_b ? 0 : 1];
    if (HasRowBias(context, shape.columns)) return MakeRowsTimesMatrix(context, shape);
  }
  MakeOperatorKernel* const make = FindOtherProducts();
  return make == nullptr ? OtherProductsLeftOut() : make(context);
}

}  // namespace

StatusOr<NodeResult> MakeGemm(const NodeContext& context) { return MakeProduct(context); }
StatusOr<NodeResult> MakeMatMul(const NodeContext& context) { return MakeProduct(context); }

}  // namespace dc::runtime
