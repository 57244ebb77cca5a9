// Where the parts of a quantized weight are in a graph.
#ifndef DC_MODEL_QUANTIZED_FORM_H_
#define DC_MODEL_QUANTIZED_FORM_H_

#include <cstddef>
#include <optional>
#include <string>

#include "dc/graph.h"
#include "model/graph_index.h"

namespace dc {

// NAME = Gather(codebook, Cast(codes)), or Mul(Gather(codebook, Cast(codes)), scales).
struct QuantizedForm {
  size_t cast = 0, gather = 0;  // node indices
  std::optional<size_t> mul;
  std::string codes, codebook;  // initializers: codes uint8 or uint16; codebook float32, rank 1
  std::string scales;  // float32, the codes' rank, 1 in all dimensions but scale_axis; or ""
  size_t scale_axis = 0;
};

// The form that writes the value `name`, or nothing. Contents are not looked at. Who asks about
// many values of a graph gives its index.
std::optional<QuantizedForm> FindQuantizedForm(const Graph& graph, const std::string& name,
                                               const GraphIndex* index = nullptr);

}  // namespace dc

#endif  // DC_MODEL_QUANTIZED_FORM_H_
