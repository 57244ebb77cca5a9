#include "encode/raise_weight.h"

#include <vector>

#include "base/damaged.h"
#include "dc/quantized_weight.h"
#include "encode/hashed_weight.h"
#include "entropy/dec/hashed_codes.h"
#include "entropy/dec/plane_decoder.h"
#include "entropy/dec/weight_decoder.h"

namespace dc {
namespace {

StatusOr<QuantizedWeight> DecodeCodes(const format::TensorEntry& entry,
                                      const format::TensorStreams& streams) {
  QuantizedWeight weight;
  weight.shape = entry.shape;
  weight.policy = entry.policy;
  DC_ASSIGN_OR_RETURN(weight.codebook, format::DecodeCodebook(entry, streams.codebook));
  const MatrixShape shape = MatrixOf(entry.shape);
  if (entry.form == format::Form::kHashed) {
    DC_ASSIGN_OR_RETURN(
        const DecodedWeight hashed,
        DecodeHashedWeight(shape, entry.codebook_entries, streams.codes, streams.gaps));
    weight.bits = hashed.coding.code_bits;
    weight.codes.assign(hashed.codes.begin(), hashed.codes.end());
    // So that it is recognised again.
    weight.policy = HashedPolicy(weight.codebook.size() / 2, HashSeed(streams.codes));
    return weight;
  }
  DC_ASSIGN_OR_RETURN(const DecodedWeight decoded,
                      DecodeWeight(shape, weight.codebook, streams.codes, streams.gaps));
  weight.bits = decoded.coding.code_bits;
  if (decoded.coding.positions == PositionCoding::kDense) {
    weight.codes.assign(decoded.codes.begin(), decoded.codes.end());
    return weight;
  }
  if (!entry.zero_first) {
    return Damaged("gaps in a weight whose code 0 is no zero");
  }
  weight.codes.assign(entry.elements(), 0);
  for (size_t i = 0; i < decoded.positions.size(); ++i) {
    weight.codes[ElementAt(shape, decoded.coding.column_major, decoded.positions[i])] =
        decoded.codes[i];
  }
  return weight;
}

}  // namespace

StatusOr<Graph> RaiseTensor(const format::TensorEntry& entry, const format::TensorStreams& streams,
                            const std::string& name, UniqueNames* values, UniqueNames* nodes) {
  Graph alone;
  if (!entry.has_codes()) {
    DC_ASSIGN_OR_RETURN(const std::vector<float> floats,
                        format::DecodeValues(entry, streams.values, DecodePlanes));
    alone.initializers[name] = Tensor::F32(entry.shape, floats);
    return alone;
  }
  DC_ASSIGN_OR_RETURN(const QuantizedWeight weight, DecodeCodes(entry, streams));
  alone.initializers[name] = Tensor::Zeros(DataType::kFloat32, weight.shape);
  // Names that are taken outside are declared in it, so that SetQuantizedWeight passes them by.
  for (const char* suffix : {"_codes", "_codebook", "_indices"}) {
    std::string part = name + suffix;
    for (int i = 1; values->Taken(part); ++i) {
      alone.uninitialized.push_back({part, DataType::kFloat32, {}});
      part = name + suffix + "_" + std::to_string(i);
    }
  }
  DC_RETURN_IF_ERROR(SetQuantizedWeight(&alone, name, weight));
  for (const auto& [part, tensor] : alone.initializers) values->Reserve(part);
  for (Node& node : alone.nodes) {
    values->Reserve(node.outputs[0]);
    node.name = nodes->Take(node.name);
  }
  return alone;
}

}  // namespace dc
