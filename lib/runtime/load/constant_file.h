// Where constants come from: an opened .dcz and the decoders of its streams.
#ifndef DC_RUNTIME_LOAD_CONSTANT_FILE_H_
#define DC_RUNTIME_LOAD_CONSTANT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "dc/status.h"
#include "format/reader.h"
#include "runtime/load/constant.h"

namespace dc::runtime {

// Opens a .dcz, zstd sections included. `bytes` must outlive the result.
StatusOr<format::File> OpenFile(std::span<const uint8_t> bytes);

// Decodes tensor number `tensor`. Errors name the tensor; Unsupported for one with a row or column
// count above kMaxMatrixSide or more than kMaxSampleSize elements.
StatusOr<Constant> LoadConstant(const format::File& file, size_t tensor);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_LOAD_CONSTANT_FILE_H_
