// The attributes of one ONNX node -> those of a .dcz node.
#ifndef DC_ENCODE_LOWER_ATTRIBUTES_H_
#define DC_ENCODE_LOWER_ATTRIBUTES_H_

#include "format/manifest.h"
#include "model/node_attributes.h"
#include "op/operator.h"

namespace dc {

// Fills ints and floats of `lowered` from `attributes`, in the order of `record`. Lists that say
// what ONNX does without them become empty.
void LowerAttributes(const op::Operator& record, const NodeAttributes& attributes,
                     format::Node* lowered);

// Where `lowered`, of operator `record`, makes the batch of `output` from a number that a model
// with a fixed batch of 1 has there, the batch becomes free. `input` is the shape of input 0. False
// where that cannot be said.
bool FreeBatch(const op::Operator& record, const op::Shape& input, const op::Shape& output,
               format::Node* lowered);

}  // namespace dc

#endif  // DC_ENCODE_LOWER_ATTRIBUTES_H_
