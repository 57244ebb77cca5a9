// A weight that was loaded and waits to be laid out, and what it is for.
#ifndef DC_RUNTIME_FORMS_WEIGHT_SOURCE_H_
#define DC_RUNTIME_FORMS_WEIGHT_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>

#include "runtime/forms/row_epilogue.h"
#include "runtime/forms/sparse_rows.h"
#include "runtime/kernels/csb_matrix.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/load/constant.h"

namespace dc::runtime {

// What a layer multiplies its weight with.
enum class Product {
  kVector,  // fully connected: one vector; batches are kShift
  kShift    // convolution: planes, shifted against each other (kernels/shift.h)
};

// What Winograd's method would have to do for a sample.
struct WinogradUse {
  size_t tiles = 0;  // of 4 x 4 outputs; 0: the method does not cover this convolution
  size_t outputs = 0;
  size_t channels = 0;  // of all groups
};

// The weight as a matrix of outputs x inputs.
struct WeightShape {
  Product product = Product::kVector;
  uint32_t rows = 0, columns = 0;
  bool transposed = false;      // stored inputs x outputs
  uint32_t groups = 1;          // rows fall into this many equal runs with inputs of their own
  bool window = false;          // a convolution whose filters have several positions
  size_t positions = SIZE_MAX;  // of a convolution: outputs of a sample and row
  uint32_t block_columns = CsbShape::kMaxBlockColumns;  // of a sparse convolution's CsbMatrix
  size_t threads = 1;                                   // that share a fully connected layer
  WinogradUse winograd = {};
};

// "12.3 %"
std::string Percent(double share);

class WeightSource {
 public:
  // Multiplies every value by `scale`. Precondition: the elements of `constant` are rows * columns,
  // both at most kMaxMatrixSide. What is laid out comes from `memory`.
  WeightSource(Constant constant, const WeightShape& shape, float scale, RowEpilogue epilogue,
               const KernelSet& kernels, std::pmr::memory_resource* memory);

  Constant& constant() { return constant_; }
  const WeightShape& shape() const { return shape_; }
  // A form whose rows have values of their own takes the scale into them.
  RowEpilogue& epilogue() { return epilogue_; }
  const KernelSet& kernels() const { return kernels_; }
  std::pmr::memory_resource* memory() const { return memory_; }
  uint32_t group_rows() const { return shape_.rows / shape_.groups; }

  // Values that are not 0, and their share.
  size_t survivors() const { return survivors_; }
  double density() const {
    return static_cast<double>(survivors_) / (1.0 * shape_.rows * shape_.columns);
  }
  bool has_codes() const { return !constant_.codebook.empty(); }

  // The density up to which skipping zeros is faster than the dense kernel, and what a form that
  // skips them costs.
  double SparseLimit() const;
  double SparseCost() const;

  // The survivors row by row or, where lines_transposed(), column by column: as they are stored.
  // Found when first asked for. Only where has_codes().
  const SparseRows& Lines();
  bool lines_transposed() const { return shape_.transposed != constant_.column_major; }

 private:
  Constant constant_;
  WeightShape shape_;
  RowEpilogue epilogue_;
  const KernelSet& kernels_;
  std::pmr::memory_resource* memory_;
  size_t survivors_;
  std::optional<SparseRows> lines_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_WEIGHT_SOURCE_H_
