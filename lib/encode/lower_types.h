// Element types on the way into a .dcz, whose values are floats.
#ifndef DC_ENCODE_LOWER_TYPES_H_
#define DC_ENCODE_LOWER_TYPES_H_

#include <map>
#include <string>

#include "dc/graph.h"
#include "dc/status.h"
#include "op/operator.h"

namespace dc {

// The types of a graph's values by name, as InferElementTypes has them.
using ElementTypes = std::map<std::string, DataType>;

// Whether values of the type may be floats that hold whole numbers.
bool CanBeFloats(DataType type);

// The whole numbers or truth values of `tensor`, which is called `name`, as floats; Unsupported
// where one is too large for that.
StatusOr<Tensor> AsFloats(const std::string& name, const Tensor& tensor);

// Whether `node` is a Cast that leaves every float what it is: to float32, or between integers.
// Those that wrap around are told apart by their target.
bool CastsNothing(const ElementTypes& types, const Node& node);

// Unsupported where `node`, whose record is `record`, computes with values of a type on which it
// differs from what it does on floats.
Status CheckElementTypes(const ElementTypes& types, const Node& node, const op::Operator& record);

}  // namespace dc

#endif  // DC_ENCODE_LOWER_TYPES_H_
