// Element types of a graph's values.
#ifndef DC_MODEL_ELEMENT_TYPES_H_
#define DC_MODEL_ELEMENT_TYPES_H_

#include <map>
#include <string>

#include "dc/graph.h"

namespace dc {

// The types of values by name: as declared of inputs and initializers, as the operators' records
// say of what nodes compute. What an operator without a record computes has an entry where its type
// is beyond doubt.
std::map<std::string, DataType> InferElementTypes(const Graph& graph);

// Element `i` of `tensor`, whose type is an integer or bool.
int64_t IntegerAt(const Tensor& tensor, int64_t i);

}  // namespace dc

#endif  // DC_MODEL_ELEMENT_TYPES_H_
