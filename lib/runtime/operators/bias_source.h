// The bias of a layer, constant or computed.
#ifndef DC_RUNTIME_OPERATORS_BIAS_SOURCE_H_
#define DC_RUNTIME_OPERATORS_BIAS_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dc/status.h"
#include "runtime/operators/node_context.h"
#include "runtime/operators/operator_kernel.h"

namespace dc::runtime {

class BiasSource {
 public:
  // Input 2 of `context`, `rows` values; zeros where it has none.
  static StatusOr<BiasSource> Make(const NodeContext& context, int64_t rows);

  // Of row `row` and lane `lane`.
  float At(const RunContext& context, size_t row, size_t lane) const {
    return computed_ ? context.inputs.back()[row * context.lanes + lane] : values_[row];
  }

 private:
  bool computed_ = false;  // then it is the last activation
  std::vector<float> values_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_BIAS_SOURCE_H_
