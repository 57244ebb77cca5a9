#include "runtime/load/constant_file.h"

#include <utility>

#include "base/damaged.h"
#include "base/text.h"
#include "entropy/dec/hashed_codes.h"
#include "entropy/dec/plane_decoder.h"
#include "entropy/dec/weight_decoder.h"
#include "entropy/dec/zstd.h"
#include "format/codebook.h"

namespace dc::runtime {
namespace {

Status Decode(const format::TensorEntry& entry, const format::TensorStreams& streams,
              Constant* constant) {
  if (!entry.has_codes()) {
    DC_ASSIGN_OR_RETURN(constant->values,
                        format::DecodeValues(entry, streams.values, DecodePlanes));
    return OkStatus();
  }
  // A weight is coded as a matrix of its dimension 0 times the product of the others.
  const int64_t rows = entry.shape.empty() ? 1 : entry.shape[0];
  const int64_t columns = entry.shape.empty() ? 1 : CheckedSize(entry.shape, 1, entry.shape.size());
  if (CheckedSize(entry.shape) < 0 || rows > kMaxMatrixSide || columns > kMaxMatrixSide) {
    return Unsupported(DC_ERROR_TEXT("a large weight", "a weight of ", DescribeShape(entry.shape)),
                       "", "the limit is 2^28 elements and 2^24 rows or columns");
  }
  DC_ASSIGN_OR_RETURN(constant->codebook, format::DecodeCodebook(entry, streams.codebook));
  const MatrixShape matrix = MatrixOf(entry.shape);
  DC_ASSIGN_OR_RETURN(
      DecodedWeight weight,
      entry.form == format::Form::kHashed
          ? DecodeHashedWeight(matrix, entry.codebook_entries, streams.codes, streams.gaps)
          : DecodeWeight(matrix, constant->codebook, streams.codes, streams.gaps));
  constant->sparse = weight.coding.positions != PositionCoding::kDense;
  constant->column_major = weight.coding.column_major;
  if (constant->sparse && !entry.zero_first) {
    return Damaged("gaps in a weight whose code 0 is no zero");
  }
  constant->positions = std::move(weight.positions);
  constant->codes = std::move(weight.codes);
  return OkStatus();
}

}  // namespace

StatusOr<format::File> OpenFile(std::span<const uint8_t> bytes) {
  return format::File::Open(bytes, ZstdDecompress);
}

StatusOr<Constant> LoadConstant(const format::File& file, size_t tensor) {
  const format::TensorEntry& entry = file.manifest().tensors[tensor];
  Constant constant{.name = entry.name, .form = format::NameOf(entry.form), .shape = entry.shape};
  const Status status = Decode(entry, file.Streams(tensor), &constant);
  if (!status.ok()) {
    return status.At(Text({"tensor ", tensor, entry.name.empty() ? "" : " ", entry.name}));
  }
  return constant;
}

constexpr uint64_t kMostTimes = 8;

ConstantStore::ConstantStore(const format::File& file)
    : file_(file), readers_(file.manifest().tensors.size(), 0), kept_(readers_.size()) {
  const format::Manifest& manifest = file.manifest();
  for (const format::Node& node : manifest.nodes) {
    for (uint32_t input : node.inputs) {
      const size_t tensor = input - manifest.inputs.size();
      if (tensor < readers_.size()) ++readers_[tensor];
    }
  }
  for (const format::TensorEntry& entry : manifest.tensors) {
    elements_left_ += kMostTimes * entry.elements();
  }
}

StatusOr<Constant> ConstantStore::Load(size_t tensor) {
  const uint64_t elements = file_.manifest().tensors[tensor].elements();
  if (elements > elements_left_) {
    return Unsupported("constants are read more often than such a file may ask for");
  }
  elements_left_ -= elements;
  std::unique_ptr<Constant>& kept = kept_[tensor];
  if (!kept) {
    DC_ASSIGN_OR_RETURN(Constant constant, LoadConstant(file_, tensor));
    if (readers_[tensor] < 2) return constant;
    kept = std::make_unique<Constant>(std::move(constant));
  }
  return *kept;
}

}  // namespace dc::runtime
