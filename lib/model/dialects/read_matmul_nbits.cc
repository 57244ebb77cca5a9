// com.microsoft's MatMulNBits: y = a * dequantized(b)^T, where b has 2, 4 or 8 bits and a scale for
// every block of a row.
#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "model/dialects/dialects.h"
#include "model/dialects/linear.h"
#include "model/dialects/node_writer.h"
#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
namespace {

struct Layout {
  size_t inputs = 0, outputs = 0, bits = 4, block = 0;
  size_t blocks() const { return (inputs + block - 1) / block; }
};

StatusOr<Layout> ReadLayout(const Node& node) {
  DC_RETURN_IF_ERROR(CheckAttributes(
      node, {"K", "N", "bits", "block_size", "accuracy_level", "weight_prepacked"}));
  const int64_t inputs = node.Int("K", 0), outputs = node.Int("N", 0);
  const int64_t bits = node.Int("bits", 4), block = node.Int("block_size", 0);
  constexpr int64_t kMost = int64_t{1} << 31, kLeastBlock = 16, kMostBlock = int64_t{1} << 20;
  if (inputs < 1 || outputs < 1 || inputs > kMost || outputs > kMost / inputs) {
    return BadInput("a matrix that cannot be", "attributes 'K' and 'N'", "export the model again");
  }
  if (block < kLeastBlock || block > kMostBlock ||
      !std::has_single_bit(static_cast<uint64_t>(block))) {
    return BadInput("a block size that is no power of two from 16 on", "attribute 'block_size'",
                    "export the model again");
  }
  if (bits != 2 && bits != 4 && bits != 8) {
    return Unsupported(std::to_string(bits) + " bits", "attribute 'bits'",
                       "2, 4 and 8 bits are covered");
  }
  if (node.Int("weight_prepacked", 0) != 0) {
    return Unsupported("weights in the layout of one machine", "attribute 'weight_prepacked'",
                       "export the model without prepacking");
  }
  if (!node.Input(4).empty()) {
    return Unsupported("an order of the inputs (g_idx)", "input " + Quoted(node.Input(4)),
                       "export the model without it");
  }
  return Layout{static_cast<size_t>(inputs), static_cast<size_t>(outputs),
                static_cast<size_t>(bits), static_cast<size_t>(block)};
}

// Number `i` of packed ones, the first in the lowest bits.
float Packed(const std::vector<uint8_t>& bytes, size_t i, size_t bits) {
  const size_t per_byte = 8 / bits;
  return static_cast<float>((bytes[i / per_byte] >> (i % per_byte * bits)) & ((1u << bits) - 1));
}

StatusOr<const Tensor*> Constant(const Graph& graph, const Node& node, size_t i, size_t elements) {
  const std::string where = "input " + Quoted(node.Input(i));
  const Tensor* tensor = graph.Constant(node.Input(i));
  if (tensor == nullptr) {
    return Unsupported("quantized weights that are computed", where,
                       "export the model with constant weights");
  }
  if (static_cast<size_t>(tensor->size()) != elements) {
    return BadInput(std::to_string(tensor->size()) + " elements, not " + std::to_string(elements),
                    where, "export the model again");
  }
  return tensor;
}

// Zero points by row and block: packed, each row from a byte on, or floats; 2^(bits - 1) where
// there are none.
StatusOr<std::vector<float>> ReadZeros(const Graph& graph, const Node& node, const Layout& layout) {
  const size_t blocks = layout.blocks();
  std::vector<float> zeros(layout.outputs * blocks, static_cast<float>(1u << (layout.bits - 1)));
  if (node.Input(3).empty()) return zeros;
  const Tensor* given = graph.Constant(node.Input(3));
  if (given != nullptr && given->type == DataType::kFloat32) {
    DC_ASSIGN_OR_RETURN(given, Constant(graph, node, 3, zeros.size()));
    const auto floats = given->f32();
    return std::vector<float>(floats.begin(), floats.end());
  }
  const size_t row = (blocks * layout.bits + 7) / 8;
  DC_ASSIGN_OR_RETURN(given, Constant(graph, node, 3, layout.outputs * row));
  if (given->type != DataType::kUint8) {
    return BadInput(std::string("zero points of type ") + NameOf(given->type),
                    "input " + Quoted(node.Input(3)), "export the model again");
  }
  for (size_t n = 0; n < layout.outputs; ++n) {
    for (size_t b = 0; b < blocks; ++b) {
      zeros[n * blocks + b] = Packed(given->bytes, n * row * 8 / layout.bits + b, layout.bits);
    }
  }
  return zeros;
}

// The weights as a matrix of inputs and outputs. Products of scales and numbers are in it.
StatusOr<QuantizedConstant> ReadWeights(const Graph& graph, const Node& node,
                                        const Layout& layout) {
  const size_t blocks = layout.blocks();
  const size_t row = blocks * layout.block;  // the last block is filled up
  DC_ASSIGN_OR_RETURN(const Tensor* codes,
                      Constant(graph, node, 1, layout.outputs * row * layout.bits / 8));
  if (codes->type != DataType::kUint8) {
    return BadInput(std::string("weights of type ") + NameOf(codes->type),
                    "input " + Quoted(node.Input(1)), "export the model again");
  }
  DC_ASSIGN_OR_RETURN(const Linear linear,
                      ReadLinear(graph, node, 2, node.inputs.size(), std::nullopt));
  DC_RETURN_IF_ERROR(Constant(graph, node, 2, layout.outputs * blocks).status());
  DC_ASSIGN_OR_RETURN(const std::vector<float> zeros, ReadZeros(graph, node, layout));
  QuantizedConstant weights;
  weights.shape = {static_cast<int64_t>(layout.inputs), static_cast<int64_t>(layout.outputs)};
  weights.scales = {1};
  weights.numbers.resize(layout.inputs * layout.outputs);
  for (size_t n = 0; n < layout.outputs; ++n) {
    for (size_t k = 0; k < layout.inputs; ++k) {
      const size_t block = n * blocks + k / layout.block;
      weights.numbers[k * layout.outputs + n] =
          (Packed(codes->bytes, n * row + k, layout.bits) - zeros[block]) * linear.ScaleAt(block);
    }
  }
  return weights;
}

Status Read(const Node& node, Graph* graph, QuantizedConstants* constants, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckOutputs(node, 1));
  DC_ASSIGN_OR_RETURN(const Layout layout, ReadLayout(node));
  DC_ASSIGN_OR_RETURN(QuantizedConstant weights, ReadWeights(*graph, node, layout));
  const std::string name = graph->FreshName(node.Input(1) + "_weights");
  graph->initializers[name] = Tensor::F32(weights.shape, weights.numbers);
  constants->Add(name, std::move(weights));
  const std::string product = to->Add(op::kMatMul.name, {node.Input(0), name});
  if (!node.Input(5).empty()) to->Add(op::kAdd.name, {product, node.Input(5)});
  return OkStatus();
}

}  // namespace

void ReadMatMulNBits(Graph* graph, QuantizedConstants* constants, Reasons* reasons) {
  std::vector<Node> nodes;
  for (const Node& node : graph->nodes) {
    std::vector<Node> parts = {node};
    if (node.op == "MatMulNBits" && node.domain == "com.microsoft") {
      NodeWriter to(node, graph);
      const Status status = Read(node, graph, constants, &to);
      if (status.ok()) {
        parts = std::move(to).Take();
      } else {
        reasons->Add(node, status);
      }
    }
    nodes.insert(nodes.end(), parts.begin(), parts.end());
  }
  graph->nodes = std::move(nodes);
}

}  // namespace dc
