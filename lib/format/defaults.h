// What a manifest leaves out because it follows from the rest: shared by the writer, which leaves
// it out, and the reader, which fills it in.
#ifndef DC_FORMAT_DEFAULTS_H_
#define DC_FORMAT_DEFAULTS_H_

#include <cstdint>
#include <vector>

#include "format/manifest.h"
#include "format/ops.h"

namespace dc::format {

// Follows the nodes in order and says which inputs a node has when its list is empty.
class DefaultInputs {
 public:
  // `inputs` graph inputs and `tensors` tensors, as the manifest numbers them.
  DefaultInputs(size_t inputs, size_t tensors);

  // The next node's inputs by default: the previous node's output (the first node: graph input 0),
  // then the max_inputs - 1 tensors that follow the last tensor any earlier node reads. Empty where
  // there is no default: too few tensors, or an operator with more than 8 inputs.
  std::vector<uint32_t> Next(const OpSpec& spec) const;

  // Goes past a node that has `inputs`.
  void Advance(const std::vector<uint32_t>& inputs);

 private:
  uint32_t first_tensor_, end_tensor_;
  uint32_t previous_ = 0;  // value in front of the next node
  uint32_t next_tensor_;   // value number of the first tensor not read yet
  uint32_t next_output_;   // value number of the next node's output
};

// Appends the defaults of the attributes that the lists of `node` end before. `node.op` is known.
void FillAttributes(Node* node);

// Drops trailing attributes at their defaults: FillAttributes brings them back.
void TrimAttributes(Node* node);

}  // namespace dc::format

#endif  // DC_FORMAT_DEFAULTS_H_
