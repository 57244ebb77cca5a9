// The kernel for products that the one for a single weight (gemm_operator.cc) is not for.
#ifndef DC_TRAIN_OPERATORS_PRODUCT_OPERATOR_H_
#define DC_TRAIN_OPERATORS_PRODUCT_OPERATOR_H_

#include <memory>
#include <optional>
#include <vector>

#include "train/build/node_builder.h"

namespace dc::train {

// Any Gemm or MatMul.
StatusOr<std::unique_ptr<OperatorKernel>> MakeProduct(NodeBuilder* builder);

}  // namespace dc::train

#endif  // DC_TRAIN_OPERATORS_PRODUCT_OPERATOR_H_
