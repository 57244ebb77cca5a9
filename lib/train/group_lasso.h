// Whole rows and columns of a weight drawn towards zero.
#ifndef DC_TRAIN_GROUP_LASSO_H_
#define DC_TRAIN_GROUP_LASSO_H_

#include <cstddef>
#include <span>
#include <vector>

namespace dc::train {

// The proximal step of the group lasso on `matrix` of `rows` rows, first for its rows, then for its
// columns, in place:
//   group *= max(0, 1 - threshold * sqrt(size of the group) / length of the group)
// Wen et al. 2016, "Learning structured sparsity in deep neural networks" (arXiv 1608.03665), with
// the factor of Yuan and Lin 2006 for groups of different sizes. Rows and columns overlap: one
// after the other stands in for the step of their sum, which has no closed form. `columns` is
// scratch of one value per column. Sums are added in one order: results do not depend on who calls.
void ShrinkGroups(float threshold, size_t rows, std::span<float> matrix,
                  std::vector<float>* columns);

}  // namespace dc::train

#endif  // DC_TRAIN_GROUP_LASSO_H_
