// The epilogue of a layer, with the numbers that belong to it.
#ifndef DC_RUNTIME_FORMS_ROW_EPILOGUE_H_
#define DC_RUNTIME_FORMS_ROW_EPILOGUE_H_

#include <cstddef>
#include <vector>

#include "runtime/kernels/epilogue.h"

namespace dc::runtime {

struct RowEpilogue {
  std::vector<float> scale;  // per row, or empty: 1
  std::vector<float> bias;   // per row
  float low = Epilogue().low, high = Epilogue().high;

  Epilogue Get() const { return {scale.empty() ? nullptr : scale.data(), bias.data(), low, high}; }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_ROW_EPILOGUE_H_
