// The manifest of a .dcz in memory: the graph and the tensor table, without protobuf.
#ifndef DC_FORMAT_MANIFEST_H_
#define DC_FORMAT_MANIFEST_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dc/preprocess.h"
#include "op/operator.h"

namespace dc::format {

// The operator of a node: its number is part of the format, its record in op/ says what it is.
using Op = op::Id;

// Values are numbered: graph inputs, then tensors in table order, then one output a node in node
// order. kNoValue stands for an omitted optional input.
inline constexpr uint32_t kNoValue = 0xFFFFFFFFu;

struct Node {
  Op op = Op::kNone;
  std::vector<uint32_t> inputs;  // value numbers, each below this node's own output
  std::vector<int64_t>
      ints;  // integer attributes in the order of the record, lists with their length
  std::vector<float> floats;  // float attributes in the order of the record
  std::string name;           // of the node; "" when names are dropped
  std::string output_name;    // of its output value; "" when names are dropped
};

// How a tensor's values are stored and executed.
enum class Form : uint8_t {
  kFloat32 = 0,        // plain values
  kFloat16 = 1,        // plain values, each exactly a binary16
  kTable = 2,          // codes into a stored codebook
  kAffine = 3,         // codes; codebook[i] = base + step * i (one float multiply, one float add)
  kTernary = 4,        // codes 0, 1, 2 mean 0, +scale, -scale
  kFloat32Planes = 5,  // plain values, a stream for each byte of them
  kFloat16Planes = 6,  // likewise, of binary16
  kHashed = 7,  // codes that follow from a hash; codebook: a stored table, then its negatives
};

enum class CodebookType : uint8_t { kFloat32 = 0, kFloat16 = 1 };

struct TensorEntry {
  std::string name;  // "" when names are dropped
  std::vector<int64_t> shape;
  Form form = Form::kFloat32;
  std::string policy;  // who chose the codebook; "" when names are dropped
  // The rest for forms with codes only. How the codes are coded is said inside the stream itself.
  uint32_t codebook_entries = 0;
  CodebookType codebook_type = CodebookType::kFloat32;
  // Entry 0 is 0.0: not stored (kTable), in front of the affine run, or always so (kTernary).
  bool zero_first = false;
  uint64_t code_bytes = 0, gap_bytes = 0;  // lengths of its streams
  // Length of the codebook stored as sorted differences (kTable), of plain values stored without
  // their zeros or in planes (plain forms); 0 where the numbers are stored as they are.
  uint64_t codebook_bytes = 0, value_bytes = 0;

  bool has_codes() const {
    return (form >= Form::kTable && form <= Form::kTernary) || form == Form::kHashed;
  }
  bool has_planes() const { return form == Form::kFloat32Planes || form == Form::kFloat16Planes; }
  // Plain values are binary16.
  bool is_half() const { return form == Form::kFloat16 || form == Form::kFloat16Planes; }
  // Codes are laid out as a matrix: dimension 0 times the product of the others.
  uint32_t rows() const { return shape.empty() ? 1 : static_cast<uint32_t>(shape[0]); }
  uint32_t columns() const {
    uint64_t product = 1;
    for (size_t d = 1; d < shape.size(); ++d) product *= static_cast<uint64_t>(shape[d]);
    return static_cast<uint32_t>(product);
  }
  uint64_t elements() const { return uint64_t{rows()} * columns(); }
};

// ONNX's number of float32, and the types that values of a model may have outside of the runtime.
inline constexpr uint32_t kFloat32Type = 1;

struct InputInfo {
  std::string name;
  std::vector<int64_t> shape;    // -1 = any; dimension 0 is the batch
  uint32_t type = kFloat32Type;  // ONNX's number of the element type
};

struct OutputInfo {
  std::string name;
  uint32_t value = 0;
  std::vector<int64_t> shape;  // as the model declared it, -1 = any; empty: not declared
  uint32_t type = kFloat32Type;
};

struct Manifest {
  std::vector<InputInfo> inputs;
  std::vector<TensorEntry> tensors;
  std::vector<Node> nodes;
  std::vector<OutputInfo> outputs;
  // No dimension is the batch: shapes are what the inputs declare.
  bool fixed_shapes = false;
  // Single samples: runtimes may round the inputs of sparse fully connected layers to 8 bits.
  bool int8_activations = false;
  Preprocess scaling;
  uint64_t baseline_bytes = 0;  // float32 initializer bytes of the model that was compressed
  uint32_t opset = 13;
  std::string graph_name;                                     // with names only
  std::vector<std::pair<std::string, std::string>> metadata;  // with names only
};

}  // namespace dc::format

#endif  // DC_FORMAT_MANIFEST_H_
