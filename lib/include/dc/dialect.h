// The dialects in which a quantized network can be written as ONNX.
#ifndef DC_DIALECT_H_
#define DC_DIALECT_H_

#include <string>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

enum class Dialect {
  kGather,  // our own: Gather(codebook, codes), whatever the codebook is
  kQcdq,    // integers and DequantizeLinear; QuantizeLinear, Clip, DequantizeLinear for values
  kQonnx,   // Quant and BipolarQuant
};

// "gather", "qcdq", "qonnx"; UsageError for any other word.
StatusOr<Dialect> ParseDialect(const std::string& name);

// Brings `graph`, a canonical one, to the form that SaveModel then writes in `dialect`. Weights
// whose codebook is no uniform grid of up to 8 bits (qcdq) or 16 bits (QONNX) stay as they are; so
// do quantizers of values that QONNX cannot say, which SaveModel writes in standard operators.
// Reading the file gives the same network.
Status WriteDialect(Dialect dialect, Graph* graph);

}  // namespace dc

#endif  // DC_DIALECT_H_
