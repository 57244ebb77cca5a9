// Chapter 2: the manifest.
#ifndef DOCS_REFERENCE_DECODER_MANIFEST_H_
#define DOCS_REFERENCE_DECODER_MANIFEST_H_

#include <cstdint>
#include <vector>

#include "reading.h"

namespace dcz {

struct Tensor {
  Numbers shape;
  uint64_t elements;
  uint64_t form, codebook_entries, code_bytes, gap_bytes, codebook_bytes, value_bytes;
  bool codebook_f16, zero_stored;

  bool has_planes() const { return form == 5 || form == 6; }
  bool has_codes() const { return (form >= 2 && form <= 4) || form == 7; }
};

struct Node {
  uint64_t op;
  Numbers inputs;  // value numbers plus 1, 0 for an omitted one
};

struct Manifest {
  uint64_t inputs;
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;
};

// The operator `op` by its name in ONNX.
const char* OperatorName(uint64_t op);

// What only the execution of the network needs is not looked at.
Manifest ReadManifest(Bytes section, uint64_t file_bytes);

}  // namespace dcz

#endif  // DOCS_REFERENCE_DECODER_MANIFEST_H_
