// Products with NaN and infinity. ONNX multiplies all weights, and zero times NaN or infinity is
// NaN; sparse forms skip weights that are 0. These are for inputs that are not all finite: plain
// loops.
#ifndef DC_RUNTIME_FORMS_DENSE_PRODUCT_H_
#define DC_RUNTIME_FORMS_DENSE_PRODUCT_H_

#include <cstddef>

#include "runtime/kernels/block_matrix.h"
#include "runtime/kernels/byte_matrix.h"
#include "runtime/kernels/csb_matrix.h"
#include "runtime/kernels/epilogue.h"
#include "runtime/kernels/sell_matrix.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {

// Rows of slices [begin, end) of epilogue(W x).
void MultiplyAsDense(const SellMatrix& w, size_t begin, size_t end, const float* x,
                     const Epilogue& epilogue, float* y);
// Rows of windows [begin, end).
void MultiplyAsDense(const BlockMatrix& w, size_t begin, size_t end, const float* x,
                     const Epilogue& epilogue, float* y);
void MultiplyAsDense(const ByteMatrix& w, size_t begin, size_t end, const float* x,
                     const Epilogue& epilogue, float* y);
// What weights that are 0 add to the rows of bands [begin, end) that a kernel has computed,
// wherever `shift` writes them: nothing, or NaN.
void AddZeroProducts(const CsbMatrix& w, size_t begin, size_t end, const Shift& shift);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_DENSE_PRODUCT_H_
