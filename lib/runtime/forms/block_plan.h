// The plan of a BlockMatrix.
#ifndef DC_RUNTIME_FORMS_BLOCK_PLAN_H_
#define DC_RUNTIME_FORMS_BLOCK_PLAN_H_

#include "runtime/forms/form_costs.h"
#include "runtime/forms/slot_plan.h"
#include "runtime/forms/sparse_rows.h"

namespace dc::runtime {

// The plan with which a product with one vector takes least time, by `costs` and as many survivors
// in each block as the numbers of its row and of its columns let expect. `source` is the weight or,
// where `transposed`, its transpose.
SlotPlan PlanBlocks(const SparseRows& source, bool transposed, const FormCosts& costs);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_BLOCK_PLAN_H_
