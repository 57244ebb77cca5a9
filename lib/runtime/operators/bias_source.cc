#include "runtime/operators/bias_source.h"

namespace dc::runtime {

StatusOr<BiasSource> BiasSource::Make(const NodeContext& context, int64_t rows) {
  BiasSource bias;
  bias.computed_ = context.IsActivation(2);
  if (context.IsConstant(2)) {
    DC_ASSIGN_OR_RETURN(bias.values_, context.Values(2, rows));
  } else if (!bias.computed_) {
    bias.values_.assign(static_cast<size_t>(rows), 0.0f);
  }
  return bias;
}

}  // namespace dc::runtime
