#include "manifest.h"

#include <string>

#include "container.h"

namespace dcz {

namespace {

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

constexpr uint64_t kAnyNumberOfInputs = 65535;  // a list, none of which may be omitted

// Chapter 2, table of operators, by number. In `ints` i is an integer, l a list of them, f the
// length of a list of floats, which come on top of `floats`.
struct Operator {
  uint64_t number;
  const char* name;
  uint64_t least_inputs, most_inputs;
  const char* ints;
  uint64_t floats;
};
// clang-format off
constexpr Operator kOperators[] = {
    {1, "Conv", 2, 3, "llil", 0},
    {2, "Gemm", 2, 3, "ii", 2},
    {3, "MatMul", 2, 2, "", 0},
    {4, "Add", 2, 2, "", 0},
    {5, "Mul", 2, 2, "", 0},
    {6, "Sub", 2, 2, "", 0},
    {7, "Relu", 1, 1, "", 0},
    {8, "Sigmoid", 1, 1, "", 0},
    {9, "Tanh", 1, 1, "", 0},
    {10, "Clip", 1, 1, "", 2},
    {11, "Softmax", 1, 1, "i", 0},
    {12, "MaxPool", 1, 1, "lllil", 0},
    {13, "AveragePool", 1, 1, "llliil", 0},
    {14, "GlobalAveragePool", 1, 1, "", 0},
    {15, "BatchNormalization", 5, 5, "", 1},
    {16, "Flatten", 1, 1, "i", 0},
    {17, "Reshape", 1, 1, "li", 0},
    {18, "Transpose", 1, 1, "l", 0},
    {19, "Concat", 1, kAnyNumberOfInputs, "i", 0},
    {20, "LRN", 1, 1, "i", 3},
    {21, "LeakyRelu", 1, 1, "", 1},
    {22, "Div", 2, 2, "", 0},
    {23, "Elu", 1, 1, "", 1},
    {24, "GlobalMaxPool", 1, 1, "", 0},
    {25, "HardSwish", 1, 1, "", 0},
    {26, "Abs", 1, 1, "", 0},
    {27, "Neg", 1, 1, "", 0},
    {28, "Exp", 1, 1, "", 0},
    {29, "Log", 1, 1, "", 0},
    {30, "Sqrt", 1, 1, "", 0},
    {31, "Erf", 1, 1, "", 0},
    {32, "Floor", 1, 1, "", 0},
    {33, "Round", 1, 1, "", 0},
    {34, "Sign", 1, 1, "", 0},
    {35, "Sin", 1, 1, "", 0},
    {36, "Cos", 1, 1, "", 0},
    {37, "Tan", 1, 1, "", 0},
    {38, "Asin", 1, 1, "", 0},
    {39, "Acos", 1, 1, "", 0},
    {40, "Atan", 1, 1, "", 0},
    {41, "Sinh", 1, 1, "", 0},
    {42, "Cosh", 1, 1, "", 0},
    {43, "Asinh", 1, 1, "", 0},
    {44, "Acosh", 1, 1, "", 0},
    {45, "Atanh", 1, 1, "", 0},
    {46, "Softplus", 1, 1, "", 0},
    {47, "Softsign", 1, 1, "", 0},
    {48, "Selu", 1, 1, "", 2},
    {49, "Celu", 1, 1, "", 1},
    {50, "HardSigmoid", 1, 1, "", 2},
    {51, "Gelu", 1, 1, "i", 0},
    {52, "Mish", 1, 1, "", 0},
    {53, "ThresholdedRelu", 1, 1, "", 1},
    {54, "Shrink", 1, 1, "", 2},
    {55, "Not", 1, 1, "", 0},
    {56, "IsNaN", 1, 1, "", 0},
    {57, "IsInf", 1, 1, "ii", 0},
    {58, "Pow", 2, 2, "", 0},
    {59, "Max", 2, 2, "", 0},
    {60, "Min", 2, 2, "", 0},
    {61, "Mod", 2, 2, "i", 0},
    {62, "PRelu", 2, 2, "", 0},
    {63, "Equal", 2, 2, "", 0},
    {64, "Greater", 2, 2, "", 0},
    {65, "GreaterOrEqual", 2, 2, "", 0},
    {66, "And", 2, 2, "", 0},
    {67, "Or", 2, 2, "", 0},
    {68, "Where", 3, 3, "", 0},
    {69, "ReduceSum", 1, 1, "lii", 0},
    {70, "ReduceMean", 1, 1, "lii", 0},
    {71, "ReduceMax", 1, 1, "lii", 0},
    {72, "ReduceMin", 1, 1, "lii", 0},
    {73, "ReduceProd", 1, 1, "lii", 0},
    {74, "ReduceLogSumExp", 1, 1, "lii", 0},
    {75, "ArgMax", 1, 1, "iii", 0},
    {76, "CumSum", 1, 1, "iii", 0},
    {77, "LogSoftmax", 1, 1, "i", 0},
    {78, "Hardmax", 1, 1, "i", 0},
    {79, "LpNormalization", 1, 1, "ii", 0},
    {80, "Slice", 1, 1, "llll", 0},
    {81, "Pad", 1, 1, "ill", 1},
    {82, "Gather", 2, 2, "i", 0},
    {83, "Expand", 1, 1, "l", 0},
    {84, "Tile", 1, 1, "l", 0},
    {85, "DepthToSpace", 1, 1, "ii", 0},
    {86, "SpaceToDepth", 1, 1, "i", 0},
    {87, "Resize", 1, 1, "iiiiff", 2},
    {88, "UniformQuantize", 2, 2, "iii", 1},
    {89, "BinaryQuantize", 2, 2, "", 0},
    {110, "ConvTranspose", 2, 3, "llill", 0},
    {111, "LpPool", 1, 1, "lllili", 0},
    {112, "GlobalLpPool", 1, 1, "i", 0},
    {113, "InstanceNormalization", 3, 3, "", 1},
    {114, "LayerNormalization", 2, 3, "i", 1},
    {115, "GroupNormalization", 3, 3, "i", 1},
    {120, "RNN", 3, 6, "iii", 0},
    {121, "GRU", 3, 6, "iiii", 0},
    {122, "LSTM", 3, 8, "iii", 0},
    {140, "Cast", 1, 1, "i", 0},
};
// clang-format on

const Operator& FindOperator(uint64_t number) {
  const Operator* found = nullptr;
  for (const Operator& op : kOperators) {
    if (op.number == number) found = &op;
  }
  Require(found != nullptr, "unknown operator");
  return *found;
}

// Chapter 2, Tensor.
Tensor ReadTensor(const Message& message) {
  Tensor tensor;
  tensor.shape = message.List(1, 8);
  tensor.form = message.Number(2, 7);
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
  Require(!tensor.has_planes() || tensor.value_bytes > 0, "planes of no length");
  if (!tensor.has_codes()) {
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
  const Operator& op = FindOperator(node.op);
  const Numbers ints = message.List(3);
  uint64_t used = 0, floats = op.floats;
  for (const char* kind = op.ints; *kind != 0 && used < ints.size(); ++kind) {
    const uint64_t length = ints[used++];  // zigzag, so an odd one stands for a negative number
    if (*kind == 'i') continue;
    Require(length % 2 == 0 && length / 2 <= 65'535, "damaged attributes");
    if (*kind == 'f') {
      floats += length / 2;
      continue;
    }
    Require(length / 2 <= ints.size() - used, "damaged attributes");
    used += length / 2;
  }
  Require(used == ints.size() && message.CountFloats(4) <= floats, "too many attributes");
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
    const Operator& op = FindOperator(node.op);
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
      const bool optional = k >= op.least_inputs && op.most_inputs < kAnyNumberOfInputs;
      Require(input > 0 || optional, "a needed input is omitted");
      Require(input < first_node + i, "reads a value that is not there yet");
      if (input >= first_tensor && input < first_node) {
        next_tensor = std::max(next_tensor, input + 1);
      }
    }
  }
}

}  // namespace

const char* OperatorName(uint64_t op) { return FindOperator(op).name; }

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

}  // namespace dcz
