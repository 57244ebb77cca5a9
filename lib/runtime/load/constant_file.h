// Where constants come from: an opened .dcz and the decoders of its streams.
#ifndef DC_RUNTIME_LOAD_CONSTANT_FILE_H_
#define DC_RUNTIME_LOAD_CONSTANT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dc/status.h"
#include "format/reader.h"
#include "runtime/load/constant.h"

namespace dc::runtime {

// Opens a .dcz, zstd sections included. `bytes` must outlive the result.
StatusOr<format::File> OpenFile(std::span<const uint8_t> bytes);

// Decodes tensor number `tensor`. Errors name the tensor; Unsupported for one with a row or column
// count above kMaxMatrixSide or more than kMaxSampleSize elements.
StatusOr<Constant> LoadConstant(const format::File& file, size_t tensor);

// The constants of a file as a plan asks for them: each decoded once, however many nodes read it.
class ConstantStore {
 public:
  // `file` outlives the store.
  explicit ConstantStore(const format::File& file);

  // See LoadConstant. Unsupported once the nodes have asked for many times as many elements as the
  // file has: each copy takes memory, and a few bytes of file can ask for thousands of them.
  StatusOr<Constant> Load(size_t tensor);

 private:
  const format::File& file_;
  std::vector<uint32_t> readers_;                // of each tensor: inputs of nodes
  std::vector<std::unique_ptr<Constant>> kept_;  // tensors of several readers, once decoded
  // That may be asked for yet: layers that are the same ask once, and what else several nodes read
  // is small in any real network.
  uint64_t elements_left_ = uint64_t{1} << 22;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_LOAD_CONSTANT_FILE_H_
