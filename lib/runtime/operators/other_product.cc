// Products of Gemm and MatMul that classic networks do not have: several matrices, a constant on
// the left, two activations, a turned activation, a matrix that is added.
#include <algorithm>
#include <utility>

#include "op/elementwise.h"
#include "runtime/load/split_constant.h"
#include "runtime/operators/product.h"

namespace dc::runtime {
namespace {

// For each matrix of the output, in order, that of an operand whose leading dimensions are `own`.
std::vector<size_t> MatricesOf(const Shape& own, const Shape& whole) {
  std::vector<size_t> result(static_cast<size_t>(CheckedSize(whole)), 0);
  for (size_t i = 0; i < result.size(); ++i) {
    size_t rest = i, stride = 1;
    for (size_t back = 1; back <= own.size(); ++back) {
      const size_t size = static_cast<size_t>(own[own.size() - back]);
      const size_t extent = static_cast<size_t>(whole[whole.size() - back]);
      if (size > 1) result[i] += rest % extent * stride;
      stride *= size;
      rest /= extent;
    }
  }
  return result;
}

StatusOr<ProductShape> ShapeOf(const NodeContext& context) {
  Shape a = context.inputs[0].shape, b = context.inputs[1].shape;
  ProductShape shape;
  if (context.node.op == format::Op::kGemm) {
    shape.turn_a = context.attributes.Int("transA") != 0;
    shape.turn_b = context.attributes.Int("transB") != 0;
  }
  if (a.size() == 1) a.insert(a.begin(), 1);
  if (b.size() == 1) b.push_back(1);
  shape.rows = a[a.size() - (shape.turn_a ? 1 : 2)];
  shape.inner = a[a.size() - (shape.turn_a ? 2 : 1)];
  shape.columns = b[b.size() - (shape.turn_b ? 2 : 1)];
  a.resize(a.size() - 2);
  b.resize(b.size() - 2);
  if (!op::Broadcast(a, b, &shape.matrices) || CheckedSize(shape.matrices) < 0) {
    return Unsupported("matrices of " + DescribeShape(a) + " and " + DescribeShape(b), "",
                       "the limit is 2^28 values per sample");
  }
  const bool one_right = context.IsConstant(1) && CheckedSize(b) == 1 && !shape.turn_a;
  if (one_right) {
    shape.rows *= CheckedSize(shape.matrices);
    shape.matrices.clear();
    shape.a_of = shape.b_of = {0};
    return shape;
  }
  shape.a_of = MatricesOf(a, shape.matrices);
  shape.b_of = MatricesOf(b, shape.matrices);
  return shape;
}

// The parts of a product whose constant is input `weight`. Where the constant is a single matrix on
// the right there is one part (ProductShape::rows then counts the rows of all matrices).
std::vector<MatrixPart> PartsOf(const ProductShape& shape, size_t weight) {
  const size_t a_size = static_cast<size_t>(shape.rows * shape.inner);
  const size_t b_size = static_cast<size_t>(shape.inner * shape.columns);
  const size_t y_size = static_cast<size_t>(shape.rows * shape.columns);
  std::vector<MatrixPart> parts;
  for (size_t i = 0; i < shape.a_of.size(); ++i) {
    const bool left = weight == 0;
    parts.push_back({left ? shape.a_of[i] : shape.b_of[i],
                     left ? shape.b_of[i] * b_size : shape.a_of[i] * a_size, i * y_size});
  }
  return parts;
}

// The matrices of the constant that input `weight` is, `rows` x `columns` as they are stored.
StatusOr<ProductWeight> LoadMatrices(const NodeContext& context, const ProductShape& shape,
                                     size_t weight, int64_t rows, int64_t columns) {
  const Shape& own = context.inputs[weight].shape;
  const int64_t elements = CheckedSize(own);
  if (elements < 0) {
    return Unsupported("a weight of shape " + DescribeShape(own), "", "the limit is 2^28 values");
  }
  ProductWeight result{.parts = PartsOf(shape, weight)};
  DC_ASSIGN_OR_RETURN(Constant constant, context.load(context.inputs[weight].tensor));
  if (own.size() == 2) {
    result.matrices.push_back(std::move(constant));
  } else {
    result.matrices = SplitConstant(
        std::move(constant), static_cast<size_t>(elements / (rows * columns)), rows, columns);
  }
  return result;
}

StatusOr<NodeResult> MakeMatricesOnTheRight(const NodeContext& context, const ProductShape& shape) {
  DC_ASSIGN_OR_RETURN(ProductWeight weight,
                      LoadMatrices(context, shape, 1, shape.turn_b ? shape.columns : shape.inner,
                                   shape.turn_b ? shape.inner : shape.columns));
  DC_ASSIGN_OR_RETURN(NodeResult result, MakeWeightOnTheRight(context, shape, std::move(weight)));
  if (shape.turn_a) {
    result.kernel = MakeTurned(std::move(result.kernel), shape.inner, shape.rows);
  }
  if (!HasRowBias(context, shape.columns)) return AddMatrix(context, shape, std::move(result));
  return result;
}

}  // namespace

StatusOr<NodeResult> MakeOtherProduct(const NodeContext& context) {
  DC_ASSIGN_OR_RETURN(const ProductShape shape, ShapeOf(context));
  if (context.IsConstant(1)) return MakeMatricesOnTheRight(context, shape);
  if (!context.IsConstant(0)) return MakeProductOfActivations(context, shape);
  DC_ASSIGN_OR_RETURN(ProductWeight weight,
                      LoadMatrices(context, shape, 0, shape.turn_a ? shape.inner : shape.rows,
                                   shape.turn_a ? shape.rows : shape.inner));
  return MakeWeightOnTheLeft(context, shape, std::move(weight));
}

}  // namespace dc::runtime
