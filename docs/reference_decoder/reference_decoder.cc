// Decodes a .dcz file, version 1, and prints what it holds. Written from docs/format.md, whose
// chapters it follows in their order, for reading beside them: plain loops, clarity above speed.
// Needs the standard library and libzstd, nothing else of the project.
#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Bytes = std::span<const uint8_t>;

// Ends the decoding of a file that is damaged, hostile or of a later format.
void Require(bool condition, const char* otherwise) {
  if (!condition) throw std::runtime_error(otherwise);
}

// ---- Conventions: bytes, varints and bits
// --------------------------------------------------------

// Takes numbers from the front of some bytes; refuses to read past their end.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  Bytes rest() const { return rest_; }

  Bytes Take(uint64_t count) {
    Require(count <= rest_.size(), "bytes missing");
    const Bytes taken = rest_.first(static_cast<size_t>(count));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  uint32_t U8() { return Take(1)[0]; }
  uint32_t U16() { return U8() | U8Shifted(8); }
  uint32_t U32() { return U16() | U8Shifted(16) | U8Shifted(24); }

  // LEB128: seven bits a byte, least significant first.
  uint64_t Varint(int max_bytes = 10) {
    uint64_t value = 0;
    for (int i = 0; i < max_bytes; ++i) {
      const uint64_t byte = U8();
      Require(i < 9 || byte <= 1, "varint beyond 64 bits");
      value |= (byte & 127) << (7 * i);
      if (byte < 128) return value;
    }
    throw std::runtime_error("varint too long");
  }

 private:
  uint32_t U8Shifted(int shift) { return U8() << shift; }

  Bytes rest_;
};

// Takes bits from the least significant of each byte on.
class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  uint32_t Bit() {
    Require(at_ / 8 < bytes_.size(), "bits missing");
    const uint32_t bit = bytes_[at_ / 8] >> (at_ % 8) & 1;
    ++at_;
    return bit;
  }

  // A number of `count` bits, at most 32, least significant first.
  uint64_t Number(uint32_t count) {
    uint64_t number = 0;
    for (uint32_t i = 0; i < count; ++i) number |= uint64_t{Bit()} << i;
    return number;
  }

  // Reads the zero bits up to the next byte and returns the bytes from there on.
  Bytes RestAfterPadding() {
    while (at_ % 8 != 0) Require(Bit() == 0, "padding that is not zero");
    return bytes_.subspan(at_ / 8);
  }

  void RequireEnd() { Require(RestAfterPadding().empty(), "bytes left over"); }

 private:
  Bytes bytes_;
  size_t at_ = 0;  // in bits
};

// ---- Chapter 1: container
// ------------------------------------------------------------------------

// Chapter 1: CRC-32C.
uint32_t Crc32c(Bytes bytes) {
  uint32_t crc = ~0u;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

// Chapter 1, limits that depend on the size of the file.
uint64_t MaxElements(uint64_t file_bytes) { return 4'194'304 + 1024 * file_bytes; }

enum Kind { kManifest = 1, kCodebooks = 2, kCodes = 3, kGaps = 4, kValues = 5 };

// Chapter 1: the sections by their kinds, checked and decompressed; those left out are empty.
std::map<uint32_t, std::vector<uint8_t>> ReadContainer(Bytes file) {
  struct Entry {
    uint32_t kind;
    bool optional, zstd;
    uint64_t stored_bytes, raw_bytes;
    uint32_t checksum;
  };
  ByteReader reader(file);
  Require(reader.U32() == 0x5A434489, "not a .dcz file");
  Require(reader.U8() == 1, "a version other than 1");
  reader.U8();  // the minor version
  std::vector<Entry> table(reader.U8());
  for (size_t i = 0; i < table.size(); ++i) {
    Entry& entry = table[i];
    const uint32_t tag = reader.U8();
    entry.kind = tag & 63;
    entry.optional = (tag & 64) != 0;
    entry.zstd = (tag & 128) != 0;
    entry.stored_bytes = reader.Varint();
    entry.raw_bytes = entry.zstd ? reader.Varint() : entry.stored_bytes;
    entry.checksum = reader.U32();
    Require(entry.stored_bytes > 0, "empty section");
    Require(i == 0 || entry.kind > table[i - 1].kind, "sections out of order");
  }
  const Bytes header = file.first(file.size() - reader.rest().size());
  Require(reader.U32() == Crc32c(header), "damaged header");

  std::map<uint32_t, std::vector<uint8_t>> sections;
  for (const Entry& entry : table) {
    const Bytes stored = reader.Take(entry.stored_bytes);
    Require(Crc32c(stored) == entry.checksum, "damaged section");
    if (entry.kind < kManifest || entry.kind > kValues) {
      Require(entry.optional, "section of an unknown kind");
      continue;
    }
    const uint64_t limit =
        entry.kind == kManifest ? 65'536 + 256 * stored.size() : 4 * MaxElements(file.size());
    Require(entry.raw_bytes <= limit, "section beyond the limit");
    std::vector<uint8_t>& raw = sections[entry.kind];
    if (!entry.zstd) {
      raw.assign(stored.begin(), stored.end());
      continue;
    }
    raw.resize(static_cast<size_t>(entry.raw_bytes));
    const size_t size = ZSTD_decompress(raw.data(), raw.size(), stored.data(), stored.size());
    Require(!ZSTD_isError(size) && size == raw.size(), "damaged zstd data");
  }
  Require(reader.empty(), "bytes after the last section");
  return sections;
}

// ---- Chapter 2: manifest
// -------------------------------------------------------------------------

using Shape = std::vector<uint64_t>;

struct Tensor {
  Shape shape;
  uint64_t elements = 1;
  uint32_t form = 0;
  uint32_t codebook_entries = 0;
  uint64_t code_bytes = 0, gap_bytes = 0, codebook_bytes = 0, value_bytes = 0;
  bool codebook_f16 = false, zero_stored = false;
};

struct Node {
  uint32_t op = 0;
  std::vector<uint64_t> inputs;  // value numbers plus 1, 0 for an omitted one
  std::vector<int64_t> ints;
  size_t floats = 0;
};

struct Manifest {
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;
  std::vector<Shape> inputs;
  std::vector<uint64_t> outputs;  // value numbers plus 1, 0 for that of the last node
};

// Chapter 2, operators: names, numbers of inputs and attributes, op 1 first. In `ints` i stands for
// one integer and l for a list.
struct Operator {
  const char* name;
  size_t least_inputs, most_inputs;
  const char* ints;
  size_t floats;
};
constexpr Operator kOperators[] = {
    {"Conv", 2, 3, "llil", 0},
    {"Gemm", 2, 3, "ii", 2},
    {"MatMul", 2, 2, "", 0},
    {"Add", 2, 2, "", 0},
    {"Mul", 2, 2, "", 0},
    {"Sub", 2, 2, "", 0},
    {"Relu", 1, 1, "", 0},
    {"Sigmoid", 1, 1, "", 0},
    {"Tanh", 1, 1, "", 0},
    {"Clip", 1, 1, "", 2},
    {"Softmax", 1, 1, "i", 0},
    {"MaxPool", 1, 1, "lllil", 0},
    {"AveragePool", 1, 1, "lllii", 0},
    {"GlobalAveragePool", 1, 1, "", 0},
    {"BatchNormalization", 5, 5, "", 1},
    {"Flatten", 1, 1, "i", 0},
    {"Reshape", 1, 1, "li", 0},
    {"Transpose", 1, 1, "l", 0},
    {"Concat", 1, 65535, "i", 0},
    {"LRN", 1, 1, "i", 3},
    {"LeakyRelu", 1, 1, "", 1},
};

// One field of a protobuf message: a varint (wire type 0), or bytes (1, 2 and 5).
struct Field {
  uint32_t number, wire_type;
  uint64_t value = 0;
  Bytes bytes = {};

  uint64_t Integer(uint64_t most = ~uint64_t{0}) const {
    Require(wire_type == 0, "manifest field of the wrong type");
    Require(value <= most, "manifest number out of range");
    return value;
  }
  Bytes Message() const {
    Require(wire_type == 2, "manifest field of the wrong type");
    return bytes;
  }
  // Appends one number, or those of a packed list.
  void AppendIntegers(std::vector<uint64_t>* integers) const {
    if (wire_type == 0) {
      integers->push_back(value);
      return;
    }
    for (ByteReader reader(Message()); !reader.empty();) integers->push_back(reader.Varint());
  }
  size_t CountFloats() const {
    Require(wire_type == 5 || (wire_type == 2 && bytes.size() % 4 == 0), "damaged list of floats");
    return bytes.size() / 4;
  }
};

// Protobuf's encoding: the fields of a message, known or not.
std::vector<Field> ReadFields(Bytes message) {
  std::vector<Field> fields;
  for (ByteReader reader(message); !reader.empty();) {
    const uint64_t tag = reader.Varint();
    Require(tag >= 8 && tag <= ~0u, "damaged manifest");
    Field field{static_cast<uint32_t>(tag >> 3), static_cast<uint32_t>(tag & 7)};
    switch (field.wire_type) {
      case 0:
        field.value = reader.Varint();
        break;
      case 1:
        field.bytes = reader.Take(8);
        break;
      case 2:
        field.bytes = reader.Take(reader.Varint());
        break;
      case 5:
        field.bytes = reader.Take(4);
        break;
      default:
        Require(false, "damaged manifest");
    }
    fields.push_back(field);
  }
  return fields;
}

// Chapter 2, Tensor.
Tensor ReadTensor(Bytes message) {
  Tensor tensor;
  for (const Field& field : ReadFields(message)) {
    switch (field.number) {
      case 1:
        field.AppendIntegers(&tensor.shape);
        break;
      case 2:
        tensor.form = static_cast<uint32_t>(field.Integer(4));
        break;
      case 3:
        tensor.codebook_entries = static_cast<uint32_t>(field.Integer(65'536));
        break;
      case 4:
        tensor.code_bytes = field.Integer();
        break;
      case 5:
        tensor.gap_bytes = field.Integer();
        break;
      case 6:
        tensor.codebook_f16 = field.Integer() != 0;
        break;
      case 7:
        tensor.zero_stored = field.Integer() != 0;
        break;
      case 10:
        tensor.codebook_bytes = field.Integer();
        break;
      case 11:
        tensor.value_bytes = field.Integer();
        break;
    }
  }
  Require(tensor.shape.size() <= 8, "tensor of too many dimensions");
  for (const uint64_t dimension : tensor.shape) {
    Require(dimension > 0 && dimension <= 4'294'967'295 / tensor.elements, "impossible shape");
    tensor.elements *= dimension;
  }
  const bool plain = tensor.form <= 1;
  Require(
      !plain || (tensor.codebook_entries == 0 && tensor.code_bytes == 0 && tensor.gap_bytes == 0 &&
                 tensor.codebook_bytes == 0 && !tensor.codebook_f16 && !tensor.zero_stored),
      "plain tensor with fields of codes");
  Require(plain || (tensor.codebook_entries > 0 && tensor.value_bytes == 0),
          "tensor with codes but no codebook, or with values");
  return tensor;
}

// Chapter 2, Node and *Attributes*.
Node ReadNode(Bytes message) {
  Node node;
  std::vector<uint64_t> ints;
  for (const Field& field : ReadFields(message)) {
    switch (field.number) {
      case 1:
        node.op = static_cast<uint32_t>(field.Integer(~0u));
        break;
      case 2:
        field.AppendIntegers(&node.inputs);
        break;
      case 3:
        field.AppendIntegers(&ints);
        break;
      case 4:
        node.floats += field.CountFloats();
        break;
    }
  }
  Require(node.op >= 1 && node.op <= std::size(kOperators), "unknown operator");
  const Operator& op = kOperators[node.op - 1];
  for (const uint64_t value : ints) {  // zigzag: 0, -1, 1, -2, ...
    node.ints.push_back(static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1)));
  }
  size_t used = 0;
  for (const char* kind = op.ints; *kind != 0 && used < node.ints.size(); ++kind) {
    const int64_t entries = *kind == 'l' ? node.ints[used] : 0;
    ++used;
    Require(entries >= 0 && static_cast<uint64_t>(entries) <= node.ints.size() - used,
            "damaged attributes");
    used += static_cast<size_t>(entries);
  }
  Require(used == node.ints.size() && node.floats <= op.floats, "too many attributes");
  return node;
}

// Chapter 2, Input and Output: the shape, and of an output the value.
Shape ReadPort(Bytes message, bool is_output, uint64_t* value) {
  Shape shape;
  for (const Field& field : ReadFields(message)) {
    if (field.number == 1) field.AppendIntegers(&shape);
    if (field.number == 2 && is_output) *value = field.Integer(~0u);
  }
  Require(shape.size() <= 8, "input or output of too many dimensions");
  return shape;
}

// Chapter 2, *Inputs by default*: fills in the inputs that nodes leave out, and checks all.
void ResolveInputs(Manifest* manifest) {
  const uint64_t first_tensor = manifest->inputs.size();
  const uint64_t first_node = first_tensor + manifest->tensors.size();
  uint64_t next_tensor = first_tensor;  // behind all that nodes have read
  for (size_t i = 0; i < manifest->nodes.size(); ++i) {
    Node& node = manifest->nodes[i];
    const Operator& op = kOperators[node.op - 1];
    const uint64_t output = first_node + i;
    if (node.inputs.empty()) {
      Require(op.most_inputs <= 8 && op.most_inputs - 1 <= first_node - next_tensor,
              "no inputs by default");
      node.inputs.push_back((i == 0 ? 0 : output - 1) + 1);
      for (size_t k = 1; k < op.most_inputs; ++k) node.inputs.push_back(next_tensor + k);
    }
    Require(node.inputs.size() >= op.least_inputs && node.inputs.size() <= op.most_inputs,
            "wrong number of inputs");
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      const uint64_t input = node.inputs[k];
      Require(input > 0 || k >= op.least_inputs, "a needed input is omitted");
      Require(input <= output, "reads a value that is not there yet");
      if (input > first_tensor && input <= first_node) next_tensor = std::max(next_tensor, input);
    }
  }
  for (const uint64_t value : manifest->outputs) {
    Require(value <= first_node + manifest->nodes.size(), "output of no node");
    Require(value > 0 || !manifest->nodes.empty(), "output of no node");
  }
}

// Chapter 2, Manifest. What only matters to the execution of the network is not looked at.
Manifest ReadManifest(Bytes section, uint64_t file_bytes) {
  Manifest manifest;
  uint64_t elements = 0;
  for (const Field& field : ReadFields(section)) {
    uint64_t value = 0;
    switch (field.number) {
      case 1:
        manifest.tensors.push_back(ReadTensor(field.Message()));
        elements += manifest.tensors.back().elements;
        Require(elements <= MaxElements(file_bytes), "more elements than the file may hold");
        Require(manifest.tensors.size() <= 16'384, "too many tensors");
        break;
      case 2:
        manifest.nodes.push_back(ReadNode(field.Message()));
        Require(manifest.nodes.size() <= 16'384, "too many nodes");
        break;
      case 3:
        manifest.inputs.push_back(ReadPort(field.Message(), false, nullptr));
        Require(manifest.inputs.size() <= 256, "too many inputs");
        break;
      case 4:
        ReadPort(field.Message(), true, &value);
        manifest.outputs.push_back(value);
        Require(manifest.outputs.size() <= 256, "too many outputs");
        break;
    }
  }
  Require(!manifest.inputs.empty() && !manifest.outputs.empty(), "no inputs or no outputs");
  for (const Shape& shape : manifest.inputs) {
    uint64_t sample = 1;
    for (size_t d = 1; d < shape.size(); ++d) {
      const uint64_t dimension = std::max<uint64_t>(shape[d], 1);
      Require(dimension <= 67'108'864 / sample, "input too large");
      sample *= dimension;
    }
  }
  ResolveInputs(&manifest);
  return manifest;
}

// ---- Chapter 3: forms
// ----------------------------------------------------------------------------

// The float32 of the same value as the binary16 `bits`.
float FromF16(uint32_t bits) {
  const float sign = bits & 0x8000 ? -1.0f : 1.0f;
  const int exponent = static_cast<int>(bits >> 10 & 31);
  const float fraction = static_cast<float>(bits & 1023);
  Require(exponent != 31, "number that is not finite");
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

// Chapter 3: the finite number of the bits of an f32 or an f16.
float ToFloat(uint32_t bits, bool f16) {
  const float number = f16 ? FromF16(bits) : std::bit_cast<float>(bits);
  Require(std::isfinite(number), "number that is not finite");
  return number;
}

float ReadFloat(ByteReader* reader, bool f16) {
  return ToFloat(f16 ? reader->U16() : reader->U32(), f16);
}

// Chapter 3: an Exp-Golomb number of order k. Tables of Huffman codes allow 17 zeros.
uint64_t ReadExpGolomb(BitReader* bits, uint32_t k, uint32_t max_zeros = 32) {
  uint32_t q = 0;
  while (bits->Bit() == 0) Require(++q <= max_zeros, "Exp-Golomb number too large");
  const uint32_t w = q + k;
  Require(w <= 32, "Exp-Golomb number too large");
  const uint64_t x = bits->Number(w);
  const uint64_t number = (uint64_t{1} << w) + x - (uint64_t{1} << k);
  Require(number <= ~0u, "Exp-Golomb number too large");
  return number;
}

// Chapter 3, *runs*: for each of `count` elements whether it lies in a run of the second sort.
std::vector<bool> ReadRuns(BitReader* bits, uint64_t count) {
  const uint32_t k = static_cast<uint32_t>(bits->Number(2));
  std::vector<bool> second_sort;
  second_sort.reserve(static_cast<size_t>(count));
  for (uint64_t run = 0; second_sort.size() < count; ++run) {
    const uint64_t length = ReadExpGolomb(bits, k) + (run == 0 ? 0 : 1);
    Require(length <= count - second_sort.size(), "runs go beyond the elements");
    second_sort.insert(second_sort.end(), static_cast<size_t>(length), run % 2 == 1);
  }
  return second_sort;
}

// Chapter 3, *Sorted codebooks*: the `count` numbers of the run.
std::vector<float> ReadSortedCodebook(Bytes bytes, size_t count, bool f16) {
  Require(count > 0, "sorted codebook of no numbers");
  BitReader bits(bytes);
  const uint32_t width = f16 ? 16 : 32;
  const uint32_t sign = 1u << (width - 1);
  const uint32_t k = static_cast<uint32_t>(bits.Number(5));
  const bool permuted = bits.Bit() == 1;
  std::vector<float> sorted;
  uint64_t integer = bits.Number(width);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) integer += ReadExpGolomb(&bits, k);
    Require(integer >> width == 0, "codebook beyond all numbers");
    const uint32_t u = static_cast<uint32_t>(integer);
    sorted.push_back(ToFloat(u & sign ? u ^ sign : ~u & (sign | (sign - 1)), f16));
  }
  std::vector<float> run;
  if (permuted) {
    Require(count <= 4096, "too many numbers in a permuted codebook");
    while (!sorted.empty()) {
      const uint32_t m = static_cast<uint32_t>(sorted.size());
      const uint32_t w = static_cast<uint32_t>(std::bit_width(m)) - 1;
      const uint64_t t = (uint64_t{2} << w) - m;
      uint64_t index = bits.Number(w);
      if (index >= t) index = 2 * index + bits.Bit() - t;
      run.push_back(sorted[static_cast<size_t>(index)]);
      sorted.erase(sorted.begin() + static_cast<std::ptrdiff_t>(index));
    }
  } else {
    run = sorted;
  }
  bits.RequireEnd();
  return run;
}

// Chapter 3: the codebook of a tensor with codes, taken from the codebooks section.
std::vector<float> ReadCodebook(const Tensor& tensor, ByteReader* section) {
  const size_t zeros = tensor.zero_stored ? 0 : 1;
  const size_t run = tensor.codebook_entries - zeros;
  const bool f16 = tensor.codebook_f16;
  std::vector<float> codebook(zeros, 0.0f);
  Require(tensor.codebook_bytes == 0 || tensor.form == 2, "sorted codebook of another form");
  if (tensor.codebook_bytes > 0) {
    const std::vector<float> numbers =
        ReadSortedCodebook(section->Take(tensor.codebook_bytes), run, f16);
    codebook.insert(codebook.end(), numbers.begin(), numbers.end());
  } else if (tensor.form == 2) {  // table
    for (size_t i = 0; i < run; ++i) codebook.push_back(ReadFloat(section, f16));
  } else if (tensor.form == 3) {  // affine
    const float base = ReadFloat(section, f16);
    const float step = ReadFloat(section, f16);
    for (size_t i = 0; i < run; ++i) {
      // The product is exact in double, so this rounds it once, and never into a fused sum.
      const float product = static_cast<float>(static_cast<double>(step) * static_cast<double>(i));
      codebook.push_back(base + product);
      Require(std::isfinite(codebook.back()), "codebook entry that is not finite");
    }
  } else {  // ternary
    Require(tensor.codebook_entries == 3 && zeros == 1, "ternary codebook of another size");
    const float s = ReadFloat(section, f16);
    codebook.push_back(s);
    codebook.push_back(-s);
  }
  return codebook;
}

// Chapter 3: the elements of a plain tensor, taken from the values section.
std::vector<float> ReadValues(const Tensor& tensor, ByteReader* section) {
  const bool f16 = tensor.form == 1;
  const size_t elements = static_cast<size_t>(tensor.elements);
  std::vector<bool> is_zero(elements, false);
  const uint64_t bytes =
      tensor.value_bytes > 0 ? tensor.value_bytes : tensor.elements * (f16 ? 2 : 4);
  ByteReader reader(section->Take(bytes));
  if (tensor.value_bytes > 0) {  // *Values without zeros*
    BitReader bits(reader.rest());
    is_zero = ReadRuns(&bits, tensor.elements);
    reader = ByteReader(bits.RestAfterPadding());
  }
  std::vector<float> values(elements, 0.0f);
  for (size_t i = 0; i < elements; ++i) {
    if (!is_zero[i]) values[i] = ReadFloat(&reader, f16);
  }
  Require(reader.empty(), "bytes left over in values");
  return values;
}

// ---- Chapter 4: coded weights
// --------------------------------------------------------------------

enum Positions { kDense = 0, kFixedGaps = 1, kEscapeGaps = 2, kBitmask = 3 };
enum Coder { kRaw = 0, kHuffman = 1, kContext = 2, kFourStreams = 3 };

// Chapter 4: the matrix of a weight, and the rows and columns of it that are not flagged.
struct Matrix {
  uint64_t rows = 1, columns = 1;
  uint64_t kernel = 1;       // A: elements of a kernel, the product of dimensions 2 and above
  uint64_t kernel_line = 1;  // B: the last dimension
  std::vector<uint32_t> rows_left, columns_left;
};

// Chapter 4: the header of a codes stream.
struct Header {
  bool by_columns;
  uint32_t positions, code_coder, position_coder, gap_field, code_width;
  bool rows_flagged, columns_flagged;
  uint64_t entries;
};

// Chapter 5, below.
std::vector<uint32_t> ReadContextBitmask(Bytes stream, const Matrix& matrix, uint64_t entries);
std::vector<uint32_t> ReadContextCodes(Bytes stream, const Matrix& matrix, bool dense,
                                       const std::vector<uint32_t>& places,
                                       const std::vector<float>& codebook);

// Chapter 4: the header, its combinations checked.
Header ReadHeader(ByteReader* stream) {
  BitReader bits(stream->Take(2));
  Header header;
  header.by_columns = bits.Bit() == 1;
  header.positions = static_cast<uint32_t>(bits.Number(2));
  header.code_coder = static_cast<uint32_t>(bits.Number(2));
  header.position_coder = static_cast<uint32_t>(bits.Number(2));
  const bool flagged = bits.Bit() == 1;
  header.gap_field = static_cast<uint32_t>(bits.Number(4));
  header.code_width = static_cast<uint32_t>(bits.Number(4)) + 1;
  const uint32_t flags = flagged ? stream->U8() : 0;
  Require(flags <= 3 && (!flagged || flags != 0), "unknown flags");
  header.rows_flagged = (flags & 1) != 0;
  header.columns_flagged = (flags & 2) != 0;
  header.entries = stream->Varint(5);
  bool known = false;
  switch (header.positions) {
    case kDense:
      known = header.position_coder == 0 && !header.by_columns && !flagged;
      break;
    case kFixedGaps:
      known = header.position_coder != kContext && header.code_coder != kContext;
      break;
    case kEscapeGaps:
      known = header.position_coder == kHuffman && header.gap_field <= 10 &&
              !(header.code_coder == kContext && header.by_columns);
      break;
    case kBitmask:
      known = header.position_coder % 2 == 0 && !header.by_columns;
      break;
  }
  const bool has_gap_field = header.positions == kFixedGaps || header.positions == kEscapeGaps;
  Require(known && (has_gap_field || header.gap_field == 0), "unknown combination of codings");
  return header;
}

// Chapter 4, **Huffman**: a table of code lengths and the words it stands for.
class HuffmanTable {
 public:
  HuffmanTable(BitReader* bits, uint64_t alphabet) {
    uint64_t symbol = ReadExpGolomb(bits, 0, 17);
    const uint32_t skip_mode = static_cast<uint32_t>(bits->Number(2));
    const uint32_t delta_order = static_cast<uint32_t>(bits->Number(2));
    int64_t length = static_cast<int64_t>(bits->Number(5));
    std::array<std::vector<uint32_t>, kMaxLength + 1> symbols_of_length;
    for (uint64_t sum = 0;;) {  // of 2^-length, in units of 2^-kMaxLength
      Require(length <= kMaxLength, "word too long");
      Require(symbol < alphabet, "symbol outside the alphabet");
      symbols_of_length[static_cast<size_t>(length)].push_back(static_cast<uint32_t>(symbol));
      sum += uint64_t{1} << (kMaxLength - length);
      Require(sum <= uint64_t{1} << kMaxLength, "too many words");
      if (sum == uint64_t{1} << kMaxLength) break;
      symbol += 1 + (skip_mode == 0 ? 0 : ReadExpGolomb(bits, skip_mode - 1, 17));
      const int64_t delta = static_cast<int64_t>(ReadExpGolomb(bits, delta_order, 17));
      length += delta % 2 == 1 ? (delta + 1) / 2 : -delta / 2;
      Require(length >= 1, "word too short");
    }
    for (size_t i = 0; i <= kMaxLength; ++i) {
      count_[i] = symbols_of_length[i].size();
      symbols_.insert(symbols_.end(), symbols_of_length[i].begin(), symbols_of_length[i].end());
    }
  }

  // Reads one word, most significant bit first. The words of a length are consecutive numbers from
  // `first` on; those that begin longer words follow.
  uint32_t Read(BitReader* bits) const {
    uint64_t word = 0, first = 0, index = 0;
    for (size_t length = 0;; ++length) {
      if (word - first < count_[length]) return symbols_[static_cast<size_t>(index + word - first)];
      index += count_[length];
      first = (first + count_[length]) * 2;
      word = word * 2 + bits->Bit();
    }
  }

 private:
  static constexpr int kMaxLength = 20;

  std::array<uint64_t, kMaxLength + 1> count_;  // of the words of each length
  std::vector<uint32_t> symbols_;               // in the order of (length, symbol)
};

// Chapter 4, **Raw**, **Huffman** and **Huffman in four streams**: `count` symbols.
std::vector<uint32_t> ReadSymbols(Bytes stream, uint32_t coder, uint64_t count, uint32_t width,
                                  uint64_t alphabet) {
  std::vector<uint32_t> symbols;
  symbols.reserve(static_cast<size_t>(count));
  BitReader bits(stream);
  if (coder == kRaw) {
    for (uint64_t i = 0; i < count; ++i)
      symbols.push_back(static_cast<uint32_t>(bits.Number(width)));
    bits.RequireEnd();
    return symbols;
  }
  const HuffmanTable table(&bits, alphabet);
  if (coder == kHuffman) {
    for (uint64_t i = 0; i < count; ++i) symbols.push_back(table.Read(&bits));
    bits.RequireEnd();
    return symbols;
  }
  ByteReader reader(bits.RestAfterPadding());
  const std::array<uint64_t, 3> lengths = {reader.Varint(5), reader.Varint(5), reader.Varint(5)};
  const uint64_t quarter = (count + 3) / 4;
  for (size_t j = 0; j < 4; ++j) {
    BitReader part(reader.Take(j < 3 ? lengths[j] : reader.rest().size()));
    for (uint64_t i = 0; i < quarter && symbols.size() < count; ++i) {
      symbols.push_back(table.Read(&part));
    }
    part.RequireEnd();
  }
  return symbols;
}

// Chapter 4, **Escape gaps**.
std::vector<uint32_t> ReadEscapeGaps(Bytes stream, uint64_t count, uint32_t m) {
  BitReader bits(stream);
  const HuffmanTable table(&bits, uint64_t{33 - m} << m);
  std::vector<uint32_t> gaps;
  gaps.reserve(static_cast<size_t>(count));
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t token = table.Read(&bits);
    const uint64_t h = token >> m;
    const uint32_t s = h == 0 ? 0 : static_cast<uint32_t>(h - 1);
    gaps.push_back(static_cast<uint32_t>(((token - (uint64_t{s} << m)) << s) + bits.Number(s)));
  }
  bits.RequireEnd();
  return gaps;
}

// Chapter 4, **Bitmask**, raw: the elements whose bit is 1.
std::vector<uint32_t> ReadRawBitmask(Bytes stream, const Matrix& matrix) {
  BitReader bits(stream);
  std::vector<uint32_t> places;
  for (const uint32_t row : matrix.rows_left) {
    for (const uint32_t column : matrix.columns_left) {
      if (bits.Bit()) places.push_back(static_cast<uint32_t>(row * matrix.columns + column));
    }
  }
  bits.RequireEnd();
  return places;
}

// Chapter 4, **Flagged lines**: those of `count` lines that are left.
std::vector<uint32_t> LinesLeft(BitReader* bits, bool flagged, uint64_t count) {
  std::vector<bool> left_out(static_cast<size_t>(count), false);
  if (flagged) left_out = ReadRuns(bits, count);
  std::vector<uint32_t> left;
  for (size_t i = 0; i < left_out.size(); ++i) {
    if (!left_out[i]) left.push_back(static_cast<uint32_t>(i));
  }
  return left;
}

// Chapter 4: the codes of all elements of a weight.
std::vector<uint16_t> ReadWeight(const Tensor& tensor, const std::vector<float>& codebook,
                                 Bytes codes_stream, Bytes gaps_stream) {
  Matrix matrix;
  const Shape& shape = tensor.shape;
  if (!shape.empty()) matrix.rows = shape[0];
  matrix.columns = tensor.elements / matrix.rows;
  for (size_t d = 2; d < shape.size(); ++d) matrix.kernel *= shape[d];
  if (!shape.empty()) matrix.kernel_line = shape.back();

  ByteReader codes_reader(codes_stream);
  const Header header = ReadHeader(&codes_reader);
  const bool dense = header.positions == kDense;
  std::vector<uint16_t> codes(static_cast<size_t>(tensor.elements), 0);
  Require(dense || !tensor.zero_stored, "positions without an implied zero");
  if (header.entries == 0) {
    Require(!dense && !header.rows_flagged && !header.columns_flagged && codes_reader.empty() &&
                gaps_stream.empty(),
            "streams of no entries");
    return codes;
  }

  BitReader flag_bits(gaps_stream);
  matrix.rows_left = LinesLeft(&flag_bits, header.rows_flagged, matrix.rows);
  matrix.columns_left = LinesLeft(&flag_bits, header.columns_flagged, matrix.columns);
  const Bytes positions_stream = flag_bits.RestAfterPadding();
  const uint64_t rows = matrix.rows_left.size(), columns = matrix.columns_left.size();
  Require(header.entries <= rows * columns, "more entries than elements");

  // The element r x C + c of every entry.
  std::vector<uint32_t> places;
  std::vector<uint32_t> gaps;
  const uint32_t gap_width = header.gap_field + 1;
  if (dense) {
    Require(header.entries == tensor.elements, "not one code for each element");
    Require(gaps_stream.empty(), "positions of a dense weight");
    places.resize(codes.size());
    std::iota(places.begin(), places.end(), 0u);
  } else if (header.positions == kBitmask) {
    places = header.position_coder == kRaw
                 ? ReadRawBitmask(positions_stream, matrix)
                 : ReadContextBitmask(positions_stream, matrix, header.entries);
    Require(places.size() == header.entries, "not one code for each bit of the mask");
  } else {
    gaps = header.positions == kFixedGaps
               ? ReadSymbols(positions_stream, header.position_coder, header.entries, gap_width,
                             uint64_t{1} << gap_width)
               : ReadEscapeGaps(positions_stream, header.entries, header.gap_field);
    uint64_t p = 0;  // of the next element in scan order
    for (const uint32_t gap : gaps) {
      p += gap;
      Require(p < rows * columns, "position outside the weight");
      const uint64_t row = header.by_columns ? p % rows : p / columns;
      const uint64_t column = header.by_columns ? p / rows : p % columns;
      places.push_back(
          static_cast<uint32_t>(matrix.rows_left[static_cast<size_t>(row)] * matrix.columns +
                                matrix.columns_left[static_cast<size_t>(column)]));
      ++p;
    }
  }

  const std::vector<uint32_t> entries =
      header.code_coder == kContext
          ? ReadContextCodes(codes_reader.rest(), matrix, dense, places, codebook)
          : ReadSymbols(codes_reader.rest(), header.code_coder, header.entries, header.code_width,
                        codebook.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    Require(entries[i] < codebook.size() && entries[i] >> header.code_width == 0,
            "code outside the codebook");
    const bool filler = header.positions == kFixedGaps && gaps[i] == (uint32_t{1} << gap_width) - 1;
    Require(dense || filler || entries[i] != 0, "stored zero that bridges no gap");
    codes[places[i]] = static_cast<uint16_t>(entries[i]);
  }
  return codes;
}

// ---- Chapter 5: the context coder
// ----------------------------------------------------------------

// Chapter 5, **Range decoder**.
class RangeDecoder {
 public:
  explicit RangeDecoder(Bytes stream) : stream_(stream) {
    Require(stream.empty() || stream.back() != 0, "context stream that ends with a zero");
    for (int i = 0; i < 8; ++i) value_ = value_ << 8 | NextByte();
  }

  // A bit that is 1 with probability p / 65536.
  bool Bit(uint64_t p) {
    const uint64_t b = (range_ >> 16) * p;
    const bool bit = value_ < b;
    if (bit) {
      range_ = b;
    } else {
      value_ -= b;
      range_ -= b;
    }
    if (range_ < uint64_t{1} << 32) {
      range_ <<= 32;
      for (int i = 0; i < 4; ++i) value_ = value_ << 8 | NextByte();
    }
    return bit;
  }

  void RequireEnd() const { Require(read_ >= stream_.size(), "bytes left over"); }

 private:
  uint64_t NextByte() {
    const uint64_t byte = read_ < stream_.size() ? stream_[read_] : 0;
    ++read_;
    return byte;
  }

  Bytes stream_;
  size_t read_ = 0;  // bytes, those past the end included
  uint64_t range_ = ~uint64_t{0}, value_ = 0;
};

constexpr int64_t kMaxLogOdds = 1408;

// Chapter 5, **Mixing**: log odds by ⌊P / 1024⌋, and probabilities by x + kMaxLogOdds.
struct MixingTables {
  MixingTables() {
    for (size_t i = 0; i < log_odds.size(); ++i) {
      const double a = static_cast<double>(i) + 0.5;
      log_odds[i] = std::lround(128 * std::log(a / (4096 - a)));
    }
    for (size_t i = 0; i < probability.size(); ++i) {
      const double x = static_cast<double>(i) - kMaxLogOdds;
      probability[i] = std::lround(65536 / (1 + std::exp(-x / 128)));
    }
  }

  std::array<int64_t, 4096> log_odds;
  std::array<int64_t, 2 * kMaxLogOdds + 1> probability;
};

// Chapter 5, **Estimates**. Shifts to the right round towards minus infinity.
struct Estimate {
  int64_t p = 1 << 21;
  int64_t c = 0;

  void Learn(bool bit) {
    const int64_t target = bit ? (1 << 22) - 1 : 0;
    p += (target - p) * (131072 / (2 * c + 3)) >> 16;
    c = std::min<int64_t>(c + 1, 1023);
  }
};

// Chapter 5, **Mixing**: one bit, from estimates with a weight each; r is the shift of the weights'
// steps.
template <size_t kCount>
bool MixedBit(RangeDecoder* decoder, const std::array<Estimate*, kCount>& estimates,
              std::array<int64_t, kCount>* weights, int r) {
  static const MixingTables tables;
  std::array<int64_t, kCount> log_odds;
  int64_t sum = 0;
  for (size_t i = 0; i < kCount; ++i) {
    log_odds[i] = tables.log_odds[static_cast<size_t>(estimates[i]->p >> 10)];
    sum += (*weights)[i] * log_odds[i];
  }
  const int64_t x = std::clamp<int64_t>(sum >> 16, -kMaxLogOdds, kMaxLogOdds);
  const int64_t p = tables.probability[static_cast<size_t>(x + kMaxLogOdds)];
  const bool bit = decoder->Bit(static_cast<uint64_t>(p));
  for (size_t i = 0; i < kCount; ++i) {
    (*weights)[i] += (log_odds[i] * ((bit ? 65536 : 0) - p) + (int64_t{1} << (r - 1))) >> r;
    estimates[i]->Learn(bit);
  }
  return bit;
}

// Chapter 5, *Counts*: the level of h ones among n bits.
size_t CountsLevel(uint64_t h, uint64_t n) {
  const uint64_t d = (2 * h + 1) * 32768 / (n + 1);
  if (d < 256) return 0;
  const size_t o = static_cast<size_t>(std::bit_width(d)) - 1;
  return std::min<size_t>(1 + 2 * (o - 8) + (d >> (o - 1)) % 2, 16);
}

// Chapter 5, **Bitmasks**: the elements whose bit is 1, refused if there are more than `entries`.
std::vector<uint32_t> ReadContextBitmask(Bytes stream, const Matrix& matrix, uint64_t entries) {
  const size_t columns = static_cast<size_t>(matrix.columns);
  const size_t kernel = static_cast<size_t>(matrix.kernel);
  const size_t line = static_cast<size_t>(matrix.kernel_line);
  RangeDecoder decoder(stream);
  std::array<int64_t, 2> weights = {32768, 32768};
  std::vector<Estimate> neighbourhoods(64 * 16 * 2 * 2), counts(17 * 17 * 2 * 2);
  std::vector<size_t> column_level(columns, 15);
  std::vector<uint64_t> column_ones(columns, 0);
  // The bits of this row and of the two rows above; the bits of flagged lines stay 0.
  std::vector<uint8_t> bits(columns), above(columns), above2(columns);
  std::vector<uint32_t> places;
  uint64_t rows_coded = 0, next_row = 0;
  for (const uint32_t row : matrix.rows_left) {
    for (; next_row < row; ++next_row) {  // flagged rows
      above2 = above;
      above.assign(columns, 0);
      if (row - next_row > 2) next_row = row - 3;  // a third would change nothing
    }
    ++next_row;
    ++rows_coded;
    bits.assign(columns, 0);
    size_t row_level = 15;
    uint64_t row_ones = 0, row_bits = 0;
    uint64_t kernel_ones = 0, kernel_of_ones = 0;
    std::array<size_t, 4> before = {0, 0, 0, 0};  // l1 to l4
    for (const uint32_t c : matrix.columns_left) {
      size_t left, neighbourhood;
      if (kernel == 1) {
        left = before[0];
        neighbourhood = 64 * before[0] + 4 * (before[0] + before[1] + before[2] + before[3]) +
                        32 * above[c] + above[c] + above2[c];
      } else {
        const size_t a = c % kernel;
        if (c / kernel != kernel_of_ones) kernel_ones = 0;
        kernel_of_ones = c / kernel;
        left = c > 0 ? bits[c - 1] : 0;
        const size_t l = a % line > 0 ? bits[c - 1] : 0;
        const size_t u = a >= line ? bits[c - line] : 0;
        const size_t k = std::min<size_t>(kernel_ones, 15);
        neighbourhood = ((std::min<size_t>(a, 63) * 16 + k) * 2 + l) * 2 + u;
      }
      const size_t count = ((column_level[c] * 17 + row_level) * 2 + left) * 2 + above[c];
      const bool bit =
          MixedBit<2>(&decoder, {&neighbourhoods[neighbourhood], &counts[count]}, &weights, 16);
      bits[c] = bit;
      before = {bit, before[0], before[1], before[2]};
      kernel_ones += bit;
      row_ones += bit;
      column_ones[c] += bit;
      ++row_bits;
      if (bit) {
        Require(places.size() < entries, "more bits than codes");
        places.push_back(static_cast<uint32_t>(row * matrix.columns + c));
        column_level[c] = CountsLevel(column_ones[c], rows_coded);
      }
      if (bit || row_bits % 16 == 0) row_level = CountsLevel(row_ones, row_bits);
    }
    if (rows_coded % 16 == 0) {
      for (size_t c = 0; c < columns; ++c) {
        column_level[c] = CountsLevel(column_ones[c], rows_coded);
      }
    }
    above2 = above;
    above = bits;
  }
  decoder.RequireEnd();
  return places;
}

// Chapter 5, **Codes**: the code of each of the `places`, which are in row by row order.
std::vector<uint32_t> ReadContextCodes(Bytes stream, const Matrix& matrix, bool dense,
                                       const std::vector<uint32_t>& places,
                                       const std::vector<float>& codebook) {
  // Codes by rank; sizes by rank.
  std::vector<uint32_t> code_of;
  for (uint32_t code = dense ? 0 : 1; code < codebook.size(); ++code) code_of.push_back(code);
  std::stable_sort(code_of.begin(), code_of.end(),
                   [&](uint32_t a, uint32_t b) { return codebook[a] < codebook[b]; });
  const size_t m = code_of.size();
  Require(m > 0, "codes of an empty codebook");
  std::vector<uint32_t> by_size(m), size_of(m);
  std::iota(by_size.begin(), by_size.end(), 0u);
  std::stable_sort(by_size.begin(), by_size.end(), [&](uint32_t a, uint32_t b) {
    return std::abs(codebook[code_of[a]]) < std::abs(codebook[code_of[b]]);
  });
  for (uint32_t i = 0; i < m; ++i) size_of[by_size[i]] = i;

  constexpr uint32_t kModelled = 10;  // bits of a rank
  constexpr size_t kPrefixes = 1 << kModelled, kClasses = 6, kLevels = 7;
  constexpr std::array<uint64_t, kLevels - 1> kBounds = {9, 12, 15, 17, 20, 26};
  struct Sum {
    uint64_t sizes = 0, count = 0;
  };
  const uint32_t rank_bits = static_cast<uint32_t>(std::bit_width(m - 1));
  std::array<std::array<int64_t, 3>, kModelled> weights;
  weights.fill({26214, 26214, 26214});
  std::vector<Estimate> by_prefix(kPrefixes), by_class(kPrefixes * kClasses * kClasses),
      by_level(kPrefixes * kLevels);
  std::vector<uint8_t> class_of(static_cast<size_t>(matrix.rows * matrix.columns), 0);
  std::vector<Sum> in_column(static_cast<size_t>(matrix.columns));
  Sum in_row, in_all;
  uint64_t current_row = 0, mu = 8 * m + 1;
  RangeDecoder decoder(stream);
  std::vector<uint32_t> codes;
  codes.reserve(places.size());
  for (const uint32_t place : places) {
    const uint64_t row = place / matrix.columns, column = place % matrix.columns;
    if (row != current_row) in_row = {};
    current_row = row;

    size_t left = 0, above = 0;
    if (matrix.kernel == 1) {
      if (column > 0) left = class_of[place - 1];
      if (row > 0) above = class_of[static_cast<size_t>(place - matrix.columns)];
    } else {
      const uint64_t a = column % matrix.kernel;
      if (a % matrix.kernel_line > 0) left = class_of[place - 1];
      if (a >= matrix.kernel_line)
        above = class_of[static_cast<size_t>(place - matrix.kernel_line)];
    }
    Sum& column_sum = in_column[static_cast<size_t>(column)];
    size_t level = 0;
    for (const uint64_t bound : kBounds) {
      level += 16 * (16 * (in_row.sizes + column_sum.sizes) + 8 * mu) >=
               bound * (in_row.count + column_sum.count + 8) * mu;
    }

    size_t prefix = 1;  // the bits of this rank before, behind a leading one
    for (uint32_t i = 0; i < rank_bits; ++i) {
      const bool bit = i >= kModelled
                           ? decoder.Bit(32768)
                           : MixedBit<3>(&decoder,
                                         {&by_prefix[prefix],
                                          &by_class[(prefix * kClasses + left) * kClasses + above],
                                          &by_level[prefix * kLevels + level]},
                                         &weights[i], 14);
      prefix = prefix * 2 + bit;
    }
    const size_t rank = prefix - (size_t{1} << rank_bits);
    Require(rank < m, "code outside the codebook");
    codes.push_back(code_of[rank]);
    class_of[place] = static_cast<uint8_t>(1 + 5 * rank / m);
    for (Sum* sum : {&in_row, &column_sum, &in_all}) {
      sum->sizes += size_of[rank];
      ++sum->count;
    }
    if (in_all.count % 64 == 1) mu = 16 * in_all.sizes / in_all.count + 1;
  }
  decoder.RequireEnd();
  return codes;
}

// ---- What is printed
// -----------------------------------------------------------------------------

// "12x36" of a shape.
std::string ShapeText(const Shape& shape) {
  std::string text;
  for (const uint64_t dimension : shape) {
    text += (text.empty() ? "" : "x") + std::to_string(dimension);
  }
  return text;
}

// CRC-32C of the little-endian numbers of `bytes` bytes each.
template <typename T>
std::string ChecksumText(const std::vector<T>& numbers, size_t bytes) {
  std::vector<uint8_t> all;
  all.reserve(numbers.size() * bytes);
  for (const T number : numbers) {
    uint32_t bits;
    if constexpr (std::is_same_v<T, float>) {
      bits = std::bit_cast<uint32_t>(number);
    } else {
      bits = number;
    }
    for (size_t i = 0; i < bytes; ++i) all.push_back(static_cast<uint8_t>(bits >> (8 * i)));
  }
  char text[9];
  std::snprintf(text, sizeof(text), "%08x", static_cast<unsigned>(Crc32c(all)));
  return text;
}

// The content of a file as text: a line for each tensor in the order in which nodes first read
// them, then the operators.
std::string Decode(Bytes file) {
  const std::map<uint32_t, std::vector<uint8_t>> sections = ReadContainer(file);
  const auto section = [&](uint32_t kind) {
    const auto found = sections.find(kind);
    return found == sections.end() ? Bytes() : Bytes(found->second);
  };
  const Manifest manifest = ReadManifest(section(kManifest), file.size());

  // Chapter 1: the sections hold the streams of the tensors in table order and nothing else.
  ByteReader codebooks(section(kCodebooks)), codes(section(kCodes)), gaps(section(kGaps)),
      values(section(kValues));
  std::vector<std::string> lines;
  for (const Tensor& tensor : manifest.tensors) {
    const std::string shape = ShapeText(tensor.shape);
    if (tensor.form <= 1) {
      lines.push_back("plain " + shape + " values " + ChecksumText(ReadValues(tensor, &values), 4) +
                      "\n");
      continue;
    }
    const std::vector<float> codebook = ReadCodebook(tensor, &codebooks);
    const Bytes code_stream = codes.Take(tensor.code_bytes);
    const Bytes gap_stream = gaps.Take(tensor.gap_bytes);
    const std::vector<uint16_t> weight = ReadWeight(tensor, codebook, code_stream, gap_stream);
    lines.push_back("codes " + shape + " " + std::to_string(codebook.size()) + " codebook " +
                    ChecksumText(codebook, 4) + " codes " + ChecksumText(weight, 2) + "\n");
  }
  Require(codebooks.empty() && codes.empty() && gaps.empty() && values.empty(),
          "bytes left over in a section");

  std::string text, operators;
  std::vector<bool> printed(lines.size(), false);
  for (const Node& node : manifest.nodes) {
    operators += (operators.empty() ? "" : " ") + std::string(kOperators[node.op - 1].name);
    for (const uint64_t input : node.inputs) {
      const uint64_t tensor = input - 1 - manifest.inputs.size();  // huge if it is not a tensor
      if (tensor >= lines.size() || printed[static_cast<size_t>(tensor)]) continue;
      printed[static_cast<size_t>(tensor)] = true;
      text += lines[static_cast<size_t>(tensor)];
    }
  }
  return text + operators + "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: reference_decoder FILE.dcz\n");
    return 2;
  }
  try {
    std::ifstream stream(argv[1], std::ios::binary);
    Require(stream.is_open(), "cannot be opened");
    const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    const std::string text = Decode({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    std::fputs(text.c_str(), stdout);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reference_decoder: %s: %s\n", argv[1], error.what());
    return 3;
  }
}
