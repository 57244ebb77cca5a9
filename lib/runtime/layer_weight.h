// The weight of a convolution or a fully connected layer, in the form that it is executed in.
#ifndef DC_RUNTIME_LAYER_WEIGHT_H_
#define DC_RUNTIME_LAYER_WEIGHT_H_

#include <cstdint>
#include <vector>

#include "dc/runtime.h"
#include "dc/status.h"
#include "runtime/constant.h"
#include "runtime/kernels/block_matrix.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/kernels/panel_matrix.h"
#include "runtime/kernels/sparse_matrix.h"

namespace dc::runtime {

enum class LayerKind { kConvolution, kFullyConnected };

// The weight as a matrix of outputs x inputs.
struct WeightShape {
  uint32_t rows = 0, columns = 0;
  bool transposed = false;  // stored inputs x outputs
  uint32_t groups = 1;      // rows fall into this many equal runs with inputs of their own
};

struct LayerWeight {
  bool is_sparse = false;
  // Of a fully connected layer: whether `blocks` holds it, too, for single samples.
  bool in_blocks = false;
  BlockMatrix blocks;
  SparseMatrix sparse;              // all rows; slices of 16 (fully connected) or 1 (convolution)
  std::vector<PanelMatrix> panels;  // one a group
};

// Lays `constant` out, each value multiplied by `scale`, and fills the fields form, kernel, reason,
// weights, survivors and resident_bytes of `layer`. A weight that is stored with positions stays
// sparse; one stored without is executed sparse where few enough of its values are not zero.
// Precondition: the elements of `constant` are rows * columns, both at most kMaxMatrixSide.
LayerWeight MakeLayerWeight(Constant constant, LayerKind kind, const WeightShape& shape,
                            float scale, const KernelSet& kernels, LayerPlan* layer);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_LAYER_WEIGHT_H_
