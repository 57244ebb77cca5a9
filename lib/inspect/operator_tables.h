// The tables of docs/operators.md, made from the operators' records.
#ifndef DC_INSPECT_OPERATOR_TABLES_H_
#define DC_INSPECT_OPERATOR_TABLES_H_

#include <vector>

#include "dc/inspect.h"
#include "op/operator.h"

namespace dc {

// All of them, in the order of the document. `trained` says whether training has a kernel for an
// operator, which only training knows.
std::vector<SpecTable> OperatorTables(bool (*trained)(const op::Operator& record));

}  // namespace dc

#endif  // DC_INSPECT_OPERATOR_TABLES_H_
