// Decodes a .dcz file of version 1 and prints what it holds. Written from docs/format.md, to be
// read beside it chapter by chapter: plain loops, clarity above speed. Needs libzstd and nothing
// else.
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

static_assert(sizeof(size_t) == 8, "sizes are 64-bit numbers here");
using Bytes = std::span<const uint8_t>;
using Numbers = std::vector<uint64_t>;

// Ends the decoding of a file that is damaged, hostile or of a later format.
void Require(bool condition, const char* otherwise) {
  if (!condition) throw std::runtime_error(otherwise);
}

// Conventions.

// Takes numbers from the front of some bytes; refuses to read past their end.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  Bytes rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

  Bytes Take(uint64_t count) {
    Require(count <= rest_.size(), "bytes missing");
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  // An unsigned integer of so many bytes.
  uint32_t Unsigned(int bytes) {
    uint32_t number = 0;
    for (int i = 0; i < bytes; ++i) number |= uint32_t{Take(1)[0]} << (8 * i);
    return number;
  }

  uint64_t Varint(int max_bytes = 10) {
    uint64_t number = 0;
    for (int i = 0; i < max_bytes; ++i) {
      const uint64_t byte = Unsigned(1);
      Require(i < 9 || byte <= 1, "varint beyond 64 bits");
      number |= (byte & 127) << (7 * i);
      if (byte < 128) return number;
    }
    throw std::runtime_error("varint too long");
  }

 private:
  Bytes rest_;
};

// Takes bits from the least significant of each byte on.
class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  uint64_t Bit() {
    Require(at_ / 8 < bytes_.size(), "bits missing");
    const uint64_t bit = bytes_[at_ / 8] >> at_ % 8 & 1;
    ++at_;
    return bit;
  }

  uint64_t Number(uint64_t bits) {
    uint64_t number = 0;
    for (uint64_t i = 0; i < bits; ++i) number |= Bit() << i;
    return number;
  }

  // The bytes behind the one that was begun, whose other bits must be zero.
  Bytes RestAfterPadding() {
    while (at_ % 8 != 0) Require(Bit() == 0, "padding that is not zero");
    return bytes_.subspan(at_ / 8);
  }

  void RequireEnd() { Require(RestAfterPadding().empty(), "bytes left over"); }

 private:
  Bytes bytes_;
  size_t at_ = 0;  // in bits
};

// Chapter 1: container.

enum Kind { kManifest = 1, kCodebooks = 2, kCodes = 3, kGaps = 4, kValues = 5 };

// Chapter 1: CRC-32C.
uint32_t Crc32c(Bytes bytes) {
  uint32_t crc = ~0u;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

// Chapter 1, limits: elements of all tensors of a file.
uint64_t MaxElements(uint64_t file_bytes) { return 4'194'304 + 1024 * file_bytes; }

// Chapter 1: the sections of the file by kind, checked and decompressed.
std::map<uint32_t, std::vector<uint8_t>> ReadContainer(Bytes file) {
  struct Entry {
    uint32_t tag;
    uint64_t stored_size, raw_size;
    uint32_t checksum;
  };
  constexpr uint32_t kKindBits = 63, kOptional = 64, kZstd = 128;
  ByteReader reader(file);
  Require(reader.Unsigned(4) == 0x5A434489, "not a .dcz file");
  Require(reader.Unsigned(1) == 1, "not of major version 1");
  reader.Unsigned(1);  // the minor version
  std::vector<Entry> table(reader.Unsigned(1));
  int previous_kind = -1;
  for (Entry& entry : table) {
    entry.tag = reader.Unsigned(1);
    entry.stored_size = reader.Varint();
    entry.raw_size = entry.tag & kZstd ? reader.Varint() : entry.stored_size;
    entry.checksum = reader.Unsigned(4);
    Require(entry.stored_size > 0, "empty section");
    const int kind = static_cast<int>(entry.tag & kKindBits);
    Require(kind > previous_kind, "sections out of order");
    previous_kind = kind;
  }
  const Bytes header = file.first(file.size() - reader.rest().size());
  Require(reader.Unsigned(4) == Crc32c(header), "damaged header");

  std::map<uint32_t, std::vector<uint8_t>> sections;
  for (const Entry& entry : table) {
    const Bytes stored = reader.Take(entry.stored_size);
    Require(Crc32c(stored) == entry.checksum, "damaged section");
    const uint32_t kind = entry.tag & kKindBits;
    if (kind < kManifest || kind > kValues) {
      Require(entry.tag & kOptional, "section of an unknown kind");
      continue;
    }
    const uint64_t limit =
        kind == kManifest ? 65'536 + 256 * stored.size() : 4 * MaxElements(file.size());
    Require(entry.raw_size <= limit, "section beyond the limit");
    std::vector<uint8_t>& raw = sections[kind];
    raw.assign(stored.begin(), stored.end());
    if (entry.tag & kZstd) {
      raw.resize(entry.raw_size);
      const size_t size = ZSTD_decompress(raw.data(), raw.size(), stored.data(), stored.size());
      Require(!ZSTD_isError(size) && size == raw.size(), "damaged zstd data");
    }
  }
  Require(reader.empty(), "bytes after the last section");
  return sections;
}

// Chapter 2: manifest.

// A protobuf message. Fields that nobody asks for are skipped.
class Message {
 public:
  explicit Message(Bytes bytes) : bytes_(bytes) {}

  // The number of field `id`, the last if there are several, 0 if there is none.
  uint64_t Number(uint64_t id, uint64_t most = ~uint64_t{0}) const {
    uint64_t last = 0;
    ForEach(id, [&](uint64_t type, uint64_t number, Bytes) {
      Require(type == 0 && number <= most, "damaged manifest");
      last = number;
    });
    return last;
  }

  // All numbers of the repeated field `id`, packed or not.
  Numbers List(uint64_t id, uint64_t most = ~uint64_t{0}) const {
    Numbers list;
    ForEach(id, [&](uint64_t type, uint64_t number, Bytes bytes) {
      Require(type == 0 || type == 2, "damaged manifest");
      if (type == 0) list.push_back(number);
      for (ByteReader packed(bytes); !packed.empty();) list.push_back(packed.Varint());
      Require(list.size() <= most, "manifest list too long");
    });
    return list;
  }

  // How many floats there are in the repeated field `id`, packed or not.
  uint64_t CountFloats(uint64_t id) const {
    uint64_t floats = 0;
    ForEach(id, [&](uint64_t type, uint64_t, Bytes bytes) {
      Require((type == 2 || type == 5) && bytes.size() % 4 == 0, "damaged manifest");
      floats += bytes.size() / 4;
    });
    return floats;
  }

  // The messages of the repeated field `id`.
  std::vector<Message> Messages(uint64_t id, uint64_t most) const {
    std::vector<Message> messages;
    ForEach(id, [&](uint64_t type, uint64_t, Bytes bytes) {
      Require(type == 2 && messages.size() < most, "damaged manifest, or too much in it");
      messages.emplace_back(bytes);
    });
    return messages;
  }

 private:
  // Visits the fields `id`: their wire type, and their number (type 0) or bytes (1, 2 and 5).
  template <typename Visit>
  void ForEach(uint64_t id, Visit visit) const {
    for (ByteReader reader(bytes_); !reader.empty();) {
      const uint64_t tag = reader.Varint(), type = tag % 8;
      Require(tag / 8 > 0 && (type <= 2 || type == 5), "damaged manifest");
      const uint64_t number = type == 5 ? 4 : type == 1 ? 8 : reader.Varint();
      const Bytes bytes = type == 0 ? Bytes() : reader.Take(number);
      if (tag / 8 == id) visit(type, number, bytes);
    }
  }

  Bytes bytes_;
};

struct Tensor {
  Numbers shape;
  uint64_t elements;
  uint64_t form, codebook_entries, code_bytes, gap_bytes, codebook_bytes, value_bytes;
  bool codebook_f16, zero_stored;
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

// Chapter 2, table of operators, op 1 first. In `ints` i is an integer, l a list of them.
struct Operator {
  const char* name;
  uint64_t least_inputs, most_inputs;
  const char* ints;
  uint64_t floats;
};
// clang-format off
constexpr Operator kOperators[] = {
    {"Conv", 2, 3, "llil", 0},         {"Gemm", 2, 3, "ii", 2},
    {"MatMul", 2, 2, "", 0},           {"Add", 2, 2, "", 0},
    {"Mul", 2, 2, "", 0},              {"Sub", 2, 2, "", 0},
    {"Relu", 1, 1, "", 0},             {"Sigmoid", 1, 1, "", 0},
    {"Tanh", 1, 1, "", 0},             {"Clip", 1, 1, "", 2},
    {"Softmax", 1, 1, "i", 0},         {"MaxPool", 1, 1, "lllil", 0},
    {"AveragePool", 1, 1, "lllii", 0}, {"GlobalAveragePool", 1, 1, "", 0},
    {"BatchNormalization", 5, 5, "", 1}, {"Flatten", 1, 1, "i", 0},
    {"Reshape", 1, 1, "li", 0},        {"Transpose", 1, 1, "l", 0},
    {"Concat", 1, 65535, "i", 0},      {"LRN", 1, 1, "i", 3},
    {"LeakyRelu", 1, 1, "", 1},
};
// clang-format on

// Chapter 2, Tensor.
Tensor ReadTensor(const Message& message) {
  Tensor tensor;
  tensor.shape = message.List(1, 8);
  tensor.form = message.Number(2, 4);
  tensor.codebook_entries = message.Number(3, 65'536);
  tensor.code_bytes = message.Number(4);
  tensor.gap_bytes = message.Number(5);
  tensor.codebook_f16 = message.Number(6) != 0;
  tensor.zero_stored = message.Number(7) != 0;
  tensor.codebook_bytes = message.Number(10);
  tensor.value_bytes = message.Number(11);
  tensor.elements = 1;
  for (const uint64_t dimension : tensor.shape) {
    Require(dimension > 0 && dimension <= 4'294'967'295 / tensor.elements, "impossible shape");
    tensor.elements *= dimension;
  }
  if (tensor.form <= 1) {
    Require(tensor.codebook_entries == 0 && tensor.code_bytes == 0 && tensor.gap_bytes == 0 &&
                tensor.codebook_bytes == 0 && !tensor.codebook_f16 && !tensor.zero_stored,
            "plain tensor with fields of codes");
  } else {
    Require(tensor.codebook_entries > 0 && tensor.value_bytes == 0, "codes without a codebook");
  }
  return tensor;
}

// Chapter 2, Node; of its attributes only whether the lists fit.
Node ReadNode(const Message& message) {
  const Node node = {message.Number(1), message.List(2, 65'535)};
  Require(node.op >= 1 && node.op <= std::size(kOperators), "unknown operator");
  const Operator& op = kOperators[node.op - 1];
  const Numbers ints = message.List(3);
  uint64_t used = 0;
  for (const char* kind = op.ints; *kind != 0 && used < ints.size(); ++kind) {
    const uint64_t length = ints[used++];  // zigzag, so an odd one stands for a negative number
    if (*kind != 'l') continue;
    Require(length % 2 == 0 && length / 2 <= ints.size() - used, "damaged attributes");
    used += length / 2;
  }
  Require(used == ints.size() && message.CountFloats(4) <= op.floats, "too many attributes");
  return node;
}

// Chapter 2, *Inputs by default*: fills in the inputs that nodes leave out, and checks them all.
void ResolveInputs(Manifest* manifest) {
  // Numbers of values plus 1.
  const uint64_t first_tensor = manifest->inputs + 1;
  const uint64_t first_node = first_tensor + manifest->tensors.size();
  uint64_t next_tensor = first_tensor;  // after the last that an earlier node reads
  for (size_t i = 0; i < manifest->nodes.size(); ++i) {
    Node& node = manifest->nodes[i];
    const Operator& op = kOperators[node.op - 1];
    if (node.inputs.empty()) {
      Require(op.most_inputs <= 8 && op.most_inputs - 1 <= first_node - next_tensor,
              "no inputs by default");
      node.inputs.push_back(i == 0 ? 1 : first_node + i - 1);
      for (uint64_t k = 1; k < op.most_inputs; ++k) node.inputs.push_back(next_tensor + k - 1);
    }
    Require(node.inputs.size() >= op.least_inputs && node.inputs.size() <= op.most_inputs,
            "wrong number of inputs");
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      const uint64_t input = node.inputs[k];
      Require(input > 0 || k >= op.least_inputs, "a needed input is omitted");
      Require(input < first_node + i, "reads a value that is not there yet");
      if (input >= first_tensor && input < first_node) {
        next_tensor = std::max(next_tensor, input + 1);
      }
    }
  }
}

// Chapter 2, Manifest. What only the execution of the network needs is not looked at.
Manifest ReadManifest(Bytes section, uint64_t file_bytes) {
  const Message message(section);
  Manifest manifest;
  uint64_t elements = 0;
  for (const Message& tensor : message.Messages(1, 16'384)) {
    manifest.tensors.push_back(ReadTensor(tensor));
    elements += manifest.tensors.back().elements;
  }
  Require(elements <= MaxElements(file_bytes), "more elements than the file may hold");
  for (const Message& node : message.Messages(2, 16'384)) manifest.nodes.push_back(ReadNode(node));
  const std::vector<Message> inputs = message.Messages(3, 256), outputs = message.Messages(4, 256);
  Require(!inputs.empty() && !outputs.empty(), "no inputs or no outputs");
  manifest.inputs = inputs.size();
  for (const Message& input : inputs) {
    const Numbers shape = input.List(1, 8);
    uint64_t sample = 1;
    for (size_t d = 1; d < shape.size(); ++d) {
      Require(shape[d] <= 67'108'864 / sample, "input too large");
      sample *= std::max<uint64_t>(shape[d], 1);
    }
  }
  const uint64_t values = inputs.size() + manifest.tensors.size() + manifest.nodes.size();
  for (const Message& output : outputs) {
    output.List(1, 8);
    output.Number(2, values);
  }
  ResolveInputs(&manifest);
  return manifest;
}

// Chapter 3: forms.

// Chapter 3: the finite number of the bits of an f32 or an f16.
float ToFloat(uint32_t bits, bool f16) {
  float number = std::bit_cast<float>(bits);
  if (f16) {
    const int exponent = static_cast<int>(bits >> 10 & 31);
    const float fraction = static_cast<float>(bits & 1023);
    Require(exponent < 31, "number that is not finite");
    number = std::ldexp(exponent > 0 ? 1024 + fraction : fraction, std::max(exponent, 1) - 25);
    if (bits & 0x8000) number = -number;
  }
  Require(std::isfinite(number), "number that is not finite");
  return number;
}

float ReadFloat(ByteReader* reader, bool f16) {
  return ToFloat(reader->Unsigned(f16 ? 2 : 4), f16);
}

// Chapter 3: an Exp-Golomb number of order k. The tables of chapter 4 allow 17 zeros.
uint64_t ReadExpGolomb(BitReader* bits, uint64_t k, uint64_t max_zeros = 32) {
  uint64_t q = 0;
  while (bits->Bit() == 0) Require(++q <= max_zeros, "Exp-Golomb number too large");
  const uint64_t w = q + k;
  Require(w <= 32, "Exp-Golomb number too large");
  const uint64_t number = (uint64_t{1} << w) + bits->Number(w) - (uint64_t{1} << k);
  Require(number >> 32 == 0, "Exp-Golomb number too large");
  return number;
}

// Chapter 3, *runs*: of each of `count` elements, whether it is of the second sort.
std::vector<bool> ReadRuns(BitReader* bits, uint64_t count) {
  const uint64_t k = bits->Number(2);
  std::vector<bool> second_sort;
  for (uint64_t run = 0; second_sort.size() < count; ++run) {
    const uint64_t length = ReadExpGolomb(bits, k) + (run == 0 ? 0 : 1);
    Require(length <= count - second_sort.size(), "runs go beyond the elements");
    second_sort.insert(second_sort.end(), length, run % 2 == 1);
  }
  return second_sort;
}

// Chapter 3, **Sorted codebooks**: the `count` numbers of the run.
std::vector<float> ReadSortedCodebook(Bytes bytes, uint64_t count, bool f16) {
  Require(count > 0, "sorted codebook of no numbers");
  const uint64_t width = f16 ? 16 : 32, sign = uint64_t{1} << (width - 1);
  BitReader bits(bytes);
  const uint64_t k = bits.Number(5);
  const bool permuted = bits.Bit() == 1;
  std::vector<float> sorted;
  uint64_t integer = bits.Number(width);
  for (uint64_t i = 0; i < count; ++i) {
    if (i > 0) integer += ReadExpGolomb(&bits, k);
    Require(integer >> width == 0, "codebook beyond all numbers");
    const uint64_t u = integer & sign ? integer - sign : 2 * sign - 1 - integer;
    sorted.push_back(ToFloat(static_cast<uint32_t>(u), f16));
  }
  std::vector<float> run;
  Require(!permuted || count <= 4096, "too many numbers in a permuted codebook");
  while (permuted && !sorted.empty()) {
    const uint64_t m = sorted.size();
    const uint64_t w = static_cast<uint64_t>(std::bit_width(m)) - 1;
    const uint64_t t = (uint64_t{2} << w) - m;
    uint64_t index = bits.Number(w);
    if (index >= t) index = 2 * index + bits.Bit() - t;
    run.push_back(sorted[index]);
    sorted.erase(sorted.begin() + static_cast<int64_t>(index));
  }
  bits.RequireEnd();
  return permuted ? run : sorted;
}

// Chapter 3: the codebook of a tensor with codes, taken from the codebooks section.
std::vector<float> ReadCodebook(const Tensor& tensor, ByteReader* section) {
  const bool f16 = tensor.codebook_f16;
  const uint64_t z = tensor.zero_stored ? 0 : 1;
  const uint64_t run = tensor.codebook_entries - z;
  std::vector<float> codebook(z, 0.0f);
  Require(tensor.codebook_bytes == 0 || tensor.form == 2, "sorted codebook of another form");
  if (tensor.codebook_bytes > 0) {
    const Bytes stream = section->Take(tensor.codebook_bytes);
    for (const float number : ReadSortedCodebook(stream, run, f16)) codebook.push_back(number);
  } else if (tensor.form == 2) {  // table
    for (uint64_t i = 0; i < run; ++i) codebook.push_back(ReadFloat(section, f16));
  } else if (tensor.form == 3) {  // affine
    const float base = ReadFloat(section, f16);
    const double step = ReadFloat(section, f16);
    for (uint64_t i = 0; i < run; ++i) {
      // The product is exact in double; so it is rounded once, and not fused with the sum.
      const float product = static_cast<float>(step * static_cast<double>(i));
      codebook.push_back(base + product);
      Require(std::isfinite(codebook.back()), "number that is not finite");
    }
  } else {  // ternary
    Require(tensor.codebook_entries == 3 && z == 1, "ternary codebook of another size");
    const float s = ReadFloat(section, f16);
    codebook.push_back(s);
    codebook.push_back(-s);
  }
  return codebook;
}

// Chapter 3: the elements of a plain tensor, taken from the values section.
std::vector<float> ReadValues(const Tensor& tensor, ByteReader* section) {
  const bool f16 = tensor.form == 1;
  std::vector<bool> is_zero(tensor.value_bytes > 0 ? 0 : tensor.elements, false);
  ByteReader reader(
      section->Take(tensor.value_bytes > 0 ? tensor.value_bytes : tensor.elements * (f16 ? 2 : 4)));
  if (tensor.value_bytes > 0) {  // **Values without zeros**
    BitReader bits(reader.rest());
    is_zero = ReadRuns(&bits, tensor.elements);
    reader = ByteReader(bits.RestAfterPadding());
  }
  std::vector<float> values;
  for (const bool zero : is_zero) values.push_back(zero ? 0.0f : ReadFloat(&reader, f16));
  Require(reader.empty(), "bytes left over in values");
  return values;
}

// Chapter 4: coded weights.

enum Positions { kDense = 0, kFixedGaps = 1, kEscapeGaps = 2, kBitmask = 3 };
enum Coder { kRaw = 0, kHuffman = 1, kContext = 2, kFourStreams = 3 };

// Chapter 4: the header of a codes stream.
struct Header {
  bool by_columns;
  uint64_t positions, code_coder, position_coder, gap_field, code_width;
  bool rows_flagged, columns_flagged;
  uint64_t entries;  // N
};

// Chapter 4: the matrix of a weight.
struct Matrix {
  uint64_t rows, columns;              // R and C
  uint64_t kernel, kernel_line;        // A and B of chapter 5
  std::vector<uint32_t> rows_left;     // those that are not flagged, R' of them
  std::vector<uint32_t> columns_left;  // C' of them
};

// Elements as numbers r x C + c, in the order of their entries.
using Places = std::vector<uint32_t>;
using Symbols = std::vector<uint32_t>;

// Chapter 5, below.
Places ReadContextBitmask(Bytes stream, const Matrix& matrix);
Symbols ReadContextCodes(Bytes stream, const Matrix& matrix, bool dense, const Places& places,
                         const std::vector<float>& codebook);

// Chapter 4: the header, and whether the table lists its combination.
Header ReadHeader(ByteReader* stream) {
  BitReader bits(stream->Take(2));
  Header header;
  header.by_columns = bits.Bit() == 1;
  header.positions = bits.Number(2);
  header.code_coder = bits.Number(2);
  header.position_coder = bits.Number(2);
  const bool flagged = bits.Bit() == 1;
  header.gap_field = bits.Number(4);
  header.code_width = bits.Number(4) + 1;
  const uint32_t flags = flagged ? stream->Unsigned(1) : 0;
  Require(flagged ? flags >= 1 && flags <= 3 : flags == 0, "unknown flags");
  header.rows_flagged = flags & 1;
  header.columns_flagged = flags & 2;
  header.entries = stream->Varint(5);

  const bool context_codes = header.code_coder == kContext;
  const bool by_rows = !header.by_columns;
  bool known = false;
  if (header.positions == kDense) {
    known = header.position_coder == 0 && by_rows && !flagged && header.gap_field == 0;
  } else if (header.positions == kFixedGaps) {
    known = header.position_coder != kContext && !context_codes;
  } else if (header.positions == kEscapeGaps) {
    known =
        header.position_coder == kHuffman && (by_rows || !context_codes) && header.gap_field <= 10;
  } else {
    known = (header.position_coder == kRaw || header.position_coder == kContext) && by_rows &&
            header.gap_field == 0;
  }
  Require(known, "unknown combination of codings");
  return header;
}

// Chapter 4, **Huffman**: the table of code lengths and its canonical words.
class HuffmanTable {
 public:
  HuffmanTable(BitReader* bits, uint64_t alphabet) {
    uint64_t symbol = ReadExpGolomb(bits, 0, 17);
    const uint64_t skip_mode = bits->Number(2), delta_order = bits->Number(2);
    uint64_t length = bits->Number(5);
    uint64_t sum = 0;  // of 2^-length, in units of 2^-20
    while (true) {
      Require(symbol < alphabet, "symbol outside the alphabet");
      Require(length <= 20, "word of an impossible length");
      symbols_[length].push_back(static_cast<uint32_t>(symbol));
      sum += uint64_t{1} << (20 - length);
      Require(sum <= 1 << 20, "more words than there can be");
      if (sum == 1 << 20) return;
      symbol += 1 + (skip_mode == 0 ? 0 : ReadExpGolomb(bits, skip_mode - 1, 17));
      const uint64_t delta = ReadExpGolomb(bits, delta_order, 17);
      // Below 0 it wraps around to more than 20.
      length = delta % 2 == 1 ? length + (delta + 1) / 2 : length - delta / 2;
      Require(length > 0, "word of an impossible length");
    }
  }

  // The symbol of the next word. Words of one length are consecutive numbers from `first` on; the
  // numbers behind them begin longer words.
  uint32_t Read(BitReader* bits) const {
    uint64_t word = 0, first = 0;
    for (size_t length = 0;; ++length) {
      const std::vector<uint32_t>& symbols = symbols_[length];
      if (word - first < symbols.size()) return symbols[word - first];
      first = 2 * (first + symbols.size());
      word = 2 * word + bits->Bit();
    }
  }

 private:
  std::array<std::vector<uint32_t>, 21> symbols_;  // ascending, by the length of their words
};

// Chapter 4, **Raw**, **Huffman**, **Huffman in four streams**: `count` symbols below `alphabet`.
Symbols ReadSymbols(Bytes stream, uint64_t coder, uint64_t count, uint64_t width,
                    uint64_t alphabet) {
  BitReader bits(stream);
  Symbols symbols;
  if (coder == kRaw) {
    while (symbols.size() < count) symbols.push_back(static_cast<uint32_t>(bits.Number(width)));
    bits.RequireEnd();
    return symbols;
  }
  const HuffmanTable table(&bits, alphabet);
  if (coder == kHuffman) {
    while (symbols.size() < count) symbols.push_back(table.Read(&bits));
    bits.RequireEnd();
    return symbols;
  }
  ByteReader reader(bits.RestAfterPadding());
  std::array<uint64_t, 3> lengths;
  for (uint64_t& length : lengths) length = reader.Varint(5);
  const uint64_t q = (count + 3) / 4;
  for (uint64_t j = 0; j < 4; ++j) {
    BitReader part(reader.Take(j < 3 ? lengths[j] : reader.rest().size()));
    while (symbols.size() < std::min(count, (j + 1) * q)) symbols.push_back(table.Read(&part));
    part.RequireEnd();
  }
  return symbols;
}

// Chapter 4, **Escape gaps**.
Symbols ReadEscapeGaps(Bytes stream, uint64_t count, uint64_t m) {
  BitReader bits(stream);
  const HuffmanTable table(&bits, (33 - m) << m);
  Symbols gaps;
  while (gaps.size() < count) {
    const uint64_t token = table.Read(&bits), h = token >> m, s = h == 0 ? 0 : h - 1;
    gaps.push_back(static_cast<uint32_t>(((token - (s << m)) << s) + bits.Number(s)));
  }
  bits.RequireEnd();
  return gaps;
}

// Chapter 4, **Fixed-width gaps** and **Escape gaps**: the elements that gaps lead to.
Places FollowGaps(const Symbols& gaps, const Matrix& matrix, bool by_columns) {
  const uint64_t rows = matrix.rows_left.size(), columns = matrix.columns_left.size();
  Places places;
  uint64_t p = 0;  // one behind the last entry
  for (const uint32_t gap : gaps) {
    p += gap;
    Require(p < rows * columns, "position outside the weight");
    const uint32_t row = matrix.rows_left[by_columns ? p % rows : p / columns];
    const uint32_t column = matrix.columns_left[by_columns ? p / rows : p % columns];
    places.push_back(static_cast<uint32_t>(row * matrix.columns + column));
    ++p;
  }
  return places;
}

// Chapter 4, **Bitmask**, raw.
Places ReadRawBitmask(Bytes stream, const Matrix& matrix) {
  BitReader bits(stream);
  Places places;
  for (const uint32_t row : matrix.rows_left) {
    for (const uint32_t column : matrix.columns_left) {
      if (bits.Bit()) places.push_back(static_cast<uint32_t>(row * matrix.columns + column));
    }
  }
  bits.RequireEnd();
  return places;
}

// Chapter 4, **Flagged lines**: the numbers of those of `count` lines that are left.
std::vector<uint32_t> ReadLinesLeft(BitReader* bits, bool flagged, uint64_t count) {
  const std::vector<bool> left_out = flagged ? ReadRuns(bits, count) : std::vector<bool>(count);
  std::vector<uint32_t> left;
  for (uint32_t i = 0; i < count; ++i) {
    if (!left_out[i]) left.push_back(i);
  }
  return left;
}

// Chapter 4: the codes of all elements of a weight.
std::vector<uint16_t> ReadWeight(const Tensor& tensor, const std::vector<float>& codebook,
                                 Bytes codes_stream, Bytes gaps_stream) {
  ByteReader codes_reader(codes_stream);
  const Header header = ReadHeader(&codes_reader);
  const uint64_t count = header.entries, gap_width = header.gap_field + 1;
  const uint64_t longest_gap = (uint64_t{1} << gap_width) - 1;
  const bool dense = header.positions == kDense;
  Require(dense || !tensor.zero_stored, "positions without an implied zero");
  std::vector<uint16_t> codes(tensor.elements, 0);
  if (count == 0) {
    Require(!dense && !header.rows_flagged && !header.columns_flagged, "flags of no entries");
    Require(codes_reader.empty() && gaps_stream.empty(), "streams of no entries");
    return codes;
  }

  Matrix matrix;
  const Numbers& shape = tensor.shape;
  matrix.rows = shape.empty() ? 1 : shape[0];
  matrix.columns = tensor.elements / matrix.rows;
  matrix.kernel = shape.size() < 3 ? 1 : matrix.columns / shape[1];
  matrix.kernel_line = shape.size() < 3 ? 1 : shape.back();
  BitReader flag_bits(gaps_stream);
  matrix.rows_left = ReadLinesLeft(&flag_bits, header.rows_flagged, matrix.rows);
  matrix.columns_left = ReadLinesLeft(&flag_bits, header.columns_flagged, matrix.columns);
  const Bytes positions = flag_bits.RestAfterPadding();
  Require(count <= matrix.rows_left.size() * matrix.columns_left.size(),
          "more entries than elements");

  Places places;
  Symbols gaps;
  if (dense) {
    Require(count == tensor.elements && gaps_stream.empty(), "not one code for each element");
    places.resize(count);
    std::iota(places.begin(), places.end(), 0u);
  } else if (header.positions == kBitmask) {
    places = header.position_coder == kRaw ? ReadRawBitmask(positions, matrix)
                                           : ReadContextBitmask(positions, matrix);
    Require(places.size() == count, "not one code for each bit of the mask");
  } else {
    gaps = header.positions == kFixedGaps
               ? ReadSymbols(positions, header.position_coder, count, gap_width, longest_gap + 1)
               : ReadEscapeGaps(positions, count, header.gap_field);
    places = FollowGaps(gaps, matrix, header.by_columns);
  }

  const Bytes stream = codes_reader.rest();
  const Symbols entries =
      header.code_coder == kContext
          ? ReadContextCodes(stream, matrix, dense, places, codebook)
          : ReadSymbols(stream, header.code_coder, count, header.code_width, codebook.size());
  for (size_t i = 0; i < count; ++i) {
    Require(entries[i] < codebook.size(), "code outside the codebook");
    const bool may_be_filler = header.positions == kFixedGaps && gaps[i] == longest_gap;
    Require(dense || may_be_filler || entries[i] != 0, "stored zero that bridges no gap");
    codes[places[i]] = static_cast<uint16_t>(entries[i]);
  }
  return codes;
}

// Chapter 5: the context coder.

// Chapter 5, **Range decoder**.
class RangeDecoder {
 public:
  explicit RangeDecoder(Bytes stream) : stream_(stream) {
    Require(stream.empty() || stream.back() != 0, "context stream that ends with a zero");
    for (int i = 0; i < 8; ++i) ReadByte();
  }

  // A bit whose probability of being 1 is p / 65536.
  bool Bit(uint64_t p) {
    const uint64_t b = (range_ >> 16) * p;
    const bool bit = value_ < b;
    range_ = bit ? b : range_ - b;
    value_ = bit ? value_ : value_ - b;
    if (range_ >> 32 == 0) {
      range_ <<= 32;
      for (int i = 0; i < 4; ++i) ReadByte();
    }
    return bit;
  }

  void RequireEnd() const { Require(at_ >= stream_.size(), "bytes left over"); }

 private:
  void ReadByte() {
    value_ = value_ << 8 | (at_ < stream_.size() ? stream_[at_] : 0);
    ++at_;
  }

  Bytes stream_;
  size_t at_ = 0;
  uint64_t range_ = ~uint64_t{0}, value_ = 0;
};

// Chapter 5, **Estimates**. A shift to the right rounds towards minus infinity.
struct Estimate {
  int64_t p = 1 << 21, c = 0;

  void Learn(bool bit) {
    const int64_t target = bit ? (1 << 22) - 1 : 0;
    p += ((target - p) * (131072 / (2 * c + 3))) >> 16;
    c = std::min<int64_t>(c + 1, 1023);
  }
};

// Chapter 5, **Mixing**: a bit from some estimates and their weights.
template <size_t kCount>
bool ReadMixedBit(RangeDecoder* decoder, const std::array<Estimate*, kCount>& estimates,
                  std::array<int64_t, kCount>* weights, int r) {
  std::array<int64_t, kCount> log_odds;
  int64_t sum = 0;
  for (size_t i = 0; i < kCount; ++i) {
    const double a = static_cast<double>(estimates[i]->p >> 10) + 0.5;
    log_odds[i] = std::lround(128 * std::log(a / (4096 - a)));
    sum += (*weights)[i] * log_odds[i];
  }
  const int64_t x = std::clamp<int64_t>(sum >> 16, -1408, 1408);
  const int64_t p = std::lround(65536 / (1 + std::exp(static_cast<double>(-x) / 128)));
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
  const uint64_t o = static_cast<uint64_t>(std::bit_width(d)) - 1;
  return std::min<uint64_t>(1 + 2 * (o - 8) + (d >> (o - 1)) % 2, 16);
}

// Chapter 5, **Bitmasks**.
Places ReadContextBitmask(Bytes stream, const Matrix& matrix) {
  const uint64_t columns = matrix.columns;
  std::vector<uint8_t> mask(matrix.rows * columns, 0);
  std::vector<size_t> column_level(columns, 15);
  std::vector<uint64_t> column_ones(columns, 0);
  std::vector<Estimate> neighbourhoods(64 * 16 * 2 * 2), counts(17 * 17 * 2 * 2);
  std::array<int64_t, 2> weights = {32768, 32768};
  RangeDecoder decoder(stream);
  Places places;
  uint64_t rows_seen = 0;
  for (const uint32_t row : matrix.rows_left) {
    const uint8_t* above = row > 0 ? &mask[(row - 1) * columns] : nullptr;
    const uint8_t* above_that = row > 1 ? &mask[(row - 2) * columns] : nullptr;
    uint8_t* bits = &mask[row * columns];
    std::array<size_t, 4> last = {0, 0, 0, 0};  // l1 to l4
    size_t row_level = 15;
    uint64_t row_ones = 0, bits_seen = 0, kernel_ones = 0, kernel = 0;
    ++rows_seen;
    for (const uint32_t c : matrix.columns_left) {
      const size_t u1 = above ? above[c] : 0, u2 = above_that ? above_that[c] : 0;
      size_t left = last[0];
      size_t neighbourhood =
          64 * last[0] + 4 * (last[0] + last[1] + last[2] + last[3]) + 32 * u1 + u1 + u2;
      if (matrix.kernel > 1) {
        const size_t a = c % matrix.kernel;
        if (c / matrix.kernel != kernel) kernel_ones = 0;
        kernel = c / matrix.kernel;
        const size_t k = std::min<size_t>(kernel_ones, 15);
        const size_t l = a % matrix.kernel_line > 0 ? bits[c - 1] : 0;
        const size_t u = a >= matrix.kernel_line ? bits[c - matrix.kernel_line] : 0;
        neighbourhood = ((std::min<size_t>(a, 63) * 16 + k) * 2 + l) * 2 + u;
        left = c > 0 ? bits[c - 1] : 0;
      }
      const size_t count = ((column_level[c] * 17 + row_level) * 2 + left) * 2 + u1;
      const bool bit =
          ReadMixedBit<2>(&decoder, {&neighbourhoods[neighbourhood], &counts[count]}, &weights, 16);
      bits[c] = bit;
      last = {bit, last[0], last[1], last[2]};
      kernel_ones += bit;
      row_ones += bit;
      column_ones[c] += bit;
      ++bits_seen;
      if (bit) places.push_back(static_cast<uint32_t>(row * columns + c));
      if (bit) column_level[c] = CountsLevel(column_ones[c], rows_seen);
      if (bit || bits_seen % 16 == 0) row_level = CountsLevel(row_ones, bits_seen);
    }
    for (size_t c = 0; c < columns && rows_seen % 16 == 0; ++c) {
      column_level[c] = CountsLevel(column_ones[c], rows_seen);
    }
  }
  decoder.RequireEnd();
  return places;
}

// Chapter 5, **Codes**: the code of each of the `places`.
Symbols ReadContextCodes(Bytes stream, const Matrix& matrix, bool dense, const Places& places,
                         const std::vector<float>& codebook) {
  const size_t m = codebook.size() - (dense ? 0 : 1);
  Require(m > 0 && codebook.size() <= 1024, "codebook of a size that cannot be");
  std::vector<uint32_t> code_of(m), by_magnitude(m), size_of(m);  // of ranks; ranks; of ranks
  std::iota(code_of.begin(), code_of.end(), dense ? 0u : 1u);
  std::stable_sort(code_of.begin(), code_of.end(),
                   [&](uint32_t a, uint32_t b) { return codebook[a] < codebook[b]; });
  std::iota(by_magnitude.begin(), by_magnitude.end(), 0u);
  std::stable_sort(by_magnitude.begin(), by_magnitude.end(), [&](uint32_t a, uint32_t b) {
    return std::fabs(codebook[code_of[a]]) < std::fabs(codebook[code_of[b]]);
  });
  for (uint32_t i = 0; i < m; ++i) size_of[by_magnitude[i]] = i;

  struct Sum {
    uint64_t sizes = 0, count = 0;  // S and n
  };
  constexpr size_t kPrefixes = 1024;  // of the at most 10 bits of a rank, behind a one
  std::vector<Estimate> by_prefix(kPrefixes), by_class(kPrefixes * 6 * 6), by_level(kPrefixes * 7);
  std::array<std::array<int64_t, 3>, 10> weights;
  weights.fill({26214, 26214, 26214});
  std::vector<uint8_t> class_of(matrix.rows * matrix.columns, 0);
  std::vector<Sum> column_sums(matrix.columns);
  Sum row_sum, sum;
  uint64_t row_of_sum = 0, mu = 8 * m + 1;
  const size_t rank_bits = static_cast<size_t>(std::bit_width(m - 1));
  RangeDecoder decoder(stream);
  Symbols codes;
  for (const uint32_t place : places) {
    const uint64_t row = place / matrix.columns, c = place % matrix.columns;
    const uint64_t a = c % matrix.kernel;
    if (row != row_of_sum) row_sum = {};
    row_of_sum = row;
    Sum& column_sum = column_sums[c];

    const bool one = matrix.kernel == 1;
    const bool has_left = one ? c > 0 : a % matrix.kernel_line > 0;
    const bool has_above = one ? row > 0 : a >= matrix.kernel_line;
    const size_t left = has_left ? class_of[place - 1] : 0;
    const size_t above =
        has_above ? class_of[place - (one ? matrix.columns : matrix.kernel_line)] : 0;
    size_t level = 0;
    for (const uint64_t b : {9, 12, 15, 17, 20, 26}) {
      level += 16 * (16 * (row_sum.sizes + column_sum.sizes) + 8 * mu) >=
               b * (row_sum.count + column_sum.count + 8) * mu;
    }

    size_t prefix = 1;  // the bits of this rank before, behind a one
    for (size_t i = 0; i < rank_bits; ++i) {
      const bool bit =
          ReadMixedBit<3>(&decoder,
                          {&by_prefix[prefix], &by_class[(prefix * 6 + left) * 6 + above],
                           &by_level[prefix * 7 + level]},
                          &weights[i], 14);
      prefix = 2 * prefix + bit;
    }
    const size_t rank = prefix - (size_t{1} << rank_bits);
    Require(rank < m, "code outside the codebook");
    codes.push_back(code_of[rank]);
    class_of[place] = static_cast<uint8_t>(1 + 5 * rank / m);
    for (Sum* each : {&row_sum, &column_sum, &sum}) {
      each->sizes += size_of[rank];
      ++each->count;
    }
    if (sum.count % 64 == 1) mu = 16 * sum.sizes / sum.count + 1;
  }
  decoder.RequireEnd();
  return codes;
}

// What is printed.

// "12x36" of a shape.
std::string ShapeText(const Numbers& shape) {
  std::string text;
  for (const uint64_t dimension : shape) {
    text += (text.empty() ? "" : "x") + std::to_string(dimension);
  }
  return text.empty() ? "scalar" : text;
}

// CRC-32C of numbers of `bytes` bytes each, least significant byte first.
template <typename T, typename Unsigned>
std::string ChecksumText(const std::vector<T>& numbers) {
  std::vector<uint8_t> bytes;
  for (const T number : numbers) {
    const Unsigned bits = std::bit_cast<Unsigned>(number);
    for (size_t i = 0; i < sizeof(T); ++i) bytes.push_back(static_cast<uint8_t>(bits >> (8 * i)));
  }
  char text[9];
  std::snprintf(text, sizeof(text), "%08x", static_cast<unsigned>(Crc32c(bytes)));
  return text;
}

// The content of a file: a line for each tensor in the order in which nodes first read them, then
// the operators on one line.
std::string Decode(Bytes file) {
  std::map<uint32_t, std::vector<uint8_t>> sections = ReadContainer(file);
  const Manifest manifest = ReadManifest(sections[kManifest], file.size());
  ByteReader codebooks(sections[kCodebooks]), codes(sections[kCodes]), gaps(sections[kGaps]),
      values(sections[kValues]);
  std::vector<std::string> lines;
  for (const Tensor& tensor : manifest.tensors) {
    const std::string shape = ShapeText(tensor.shape);
    if (tensor.form <= 1) {
      lines.push_back("plain " + shape + " values " +
                      ChecksumText<float, uint32_t>(ReadValues(tensor, &values)) + "\n");
      continue;
    }
    const std::vector<float> codebook = ReadCodebook(tensor, &codebooks);
    const Bytes codes_stream = codes.Take(tensor.code_bytes);
    const Bytes gaps_stream = gaps.Take(tensor.gap_bytes);
    const std::vector<uint16_t> weight = ReadWeight(tensor, codebook, codes_stream, gaps_stream);
    lines.push_back("codes " + shape + " " + std::to_string(codebook.size()) + " codebook " +
                    ChecksumText<float, uint32_t>(codebook) + " codes " +
                    ChecksumText<uint16_t, uint16_t>(weight) + "\n");
  }
  Require(codebooks.empty() && codes.empty() && gaps.empty() && values.empty(),
          "bytes left over in a section");

  std::string text, operators;
  for (const Node& node : manifest.nodes) {
    operators += (operators.empty() ? "" : " ") + std::string(kOperators[node.op - 1].name);
    for (const uint64_t input : node.inputs) {
      const uint64_t tensor = input - 1 - manifest.inputs;  // beyond all if it is no tensor
      if (tensor >= lines.size()) continue;
      text += lines[tensor];
      lines[tensor].clear();
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
    std::ifstream file(argv[1], std::ios::binary);
    Require(file.is_open(), "cannot be opened");
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    const std::string text = Decode({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    std::fputs(text.c_str(), stdout);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reference_decoder: %s: %s\n", argv[1], error.what());
    return 3;
  }
}
