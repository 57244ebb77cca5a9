// The weight of a convolution or a fully connected layer, in the form that it is executed in.
#ifndef DC_RUNTIME_FORMS_LAYER_WEIGHT_H_
#define DC_RUNTIME_FORMS_LAYER_WEIGHT_H_

#include <cstdint>
#include <limits>
#include <memory_resource>
#include <vector>

#include "dc/runtime.h"
#include "dc/status.h"
#include "runtime/kernels/block_matrix.h"
#include "runtime/kernels/code_panels.h"
#include "runtime/kernels/column_matrix.h"
#include "runtime/kernels/csb_matrix.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/kernels/panel_matrix.h"
#include "runtime/kernels/sell_matrix.h"
#include "runtime/load/constant.h"

namespace dc::runtime {

enum class LayerKind { kConvolution, kFullyConnected };

// Rows of a band of a sparse weight: few enough for threads to share, enough for each band to pay
// for reading the inputs.
inline constexpr uint32_t kConvolutionBand = 64, kFullyConnectedBand = 1024;

// The weight as a matrix of outputs x inputs.
struct WeightShape {
  uint32_t rows = 0, columns = 0;
  bool transposed = false;  // stored inputs x outputs
  uint32_t groups = 1;      // rows fall into this many equal runs with inputs of their own
  uint32_t block_columns = CsbShape::kMaxBlockColumns;  // of a sparse weight's CsbMatrix
  size_t threads = 1;                                   // that share a fully connected layer
  // About what a convolution by Winograd's method takes of the time of a dense one.
  double winograd_cost = std::numeric_limits<double>::infinity();
};

struct LayerWeight {
  // The weight comes from `from`, which outlives it.
  explicit LayerWeight(std::pmr::memory_resource* from)
      : csb(from), blocks(from), sell(from), by_columns(from), memory(from) {}

  uint32_t columns = 0;  // of a group
  bool is_sparse = false;
  // Of a sparse convolution; of a sparse fully connected layer once MakeBatchForm was called.
  CsbMatrix csb;
  // Of a sparse fully connected layer, for single samples: one of the two.
  bool in_blocks = false;
  BlockMatrix blocks;
  SellMatrix sell;
  // The same as either, for inputs of which at most the share most_active is not zero; without
  // bands where that does not pay.
  ColumnMatrix by_columns;
  double most_active = 0;
  std::vector<PanelMatrix> panels;  // of a dense weight, one a group
  // Of a convolution by Winograd's method, one a group; else none.
  std::vector<CodePanels> filters;
  std::pmr::memory_resource* memory;

  // Bytes of all of them.
  int64_t ResidentBytes() const;
  // Lays the weight of a sparse fully connected layer out for batches, too. Changes csb alone.
  void MakeBatchForm();
};

// Lays `constant` out in `memory`, each value multiplied by `scale`, and fills the fields form,
// kernel, reason, weights, survivors and resident_bytes of `layer`. A weight that is stored with
// positions stays sparse; one stored without is executed sparse where few enough of its values are
// not zero. Precondition: the elements of `constant` are rows * columns, both at most
// kMaxMatrixSide.
LayerWeight MakeLayerWeight(Constant constant, LayerKind kind, const WeightShape& shape,
                            float scale, const KernelSet& kernels,
                            std::pmr::memory_resource* memory, LayerPlan* layer);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_LAYER_WEIGHT_H_
