// The rest of a matrix with slots (kernels/rest_matrix.h).
#ifndef DC_RUNTIME_FORMS_SLOT_REST_H_
#define DC_RUNTIME_FORMS_SLOT_REST_H_

#include <cstddef>
#include <memory_resource>
#include <span>
#include <vector>

#include "runtime/forms/sparse_rows.h"
#include "runtime/kernels/rest_matrix.h"

namespace dc::runtime {

// Lays `source`, or its transpose, out; rows are ordered within runs of `window` slices.
// Preconditions: the codes are below codebook.size(); the codebook has at most
// RestMatrix::kMaxEntries centroids, a zero that it has not included; at most
// RestMatrix::kMostColumns columns.
RestMatrix LayOutRest(const SparseRows& source, bool transposed, std::span<const float> codebook,
                      size_t window, std::pmr::memory_resource* memory);
// The slot of each of `rows` rows; `slot_rows` has the row of each slot, `rows` where there is
// none.
std::vector<size_t> SlotOfRows(std::span<const uint32_t> slot_rows, uint32_t rows);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_SLOT_REST_H_
