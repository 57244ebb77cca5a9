#include <algorithm>
#include <cmath>
#include <optional>

#include "dc/quantized_weight.h"
#include "dc/report.h"
#include "dc/weights.h"
#include "model/graph_index.h"
#include "model/node_attributes.h"
#include "model/quantized_form.h"
#include "model/shapes.h"
#include "op/grid_functions.h"

namespace dc {
namespace {

constexpr int kBitsOfAFloat = 32;
constexpr int64_t kMostNumber = 32768;

// Bits of two's complement from `low` to `high`, 0 being among them; unsigned where `low` is 0. Two
// numbers of one magnitude are a sign.
int BitsOf(int64_t low, int64_t high) {
  if (low == -high && high == 1) return 2;
  int bits = 1;
  const bool is_signed = low < 0;
  while (is_signed ? low < -(int64_t{1} << (bits - 1)) || high >= int64_t{1} << (bits - 1)
                   : high >= int64_t{1} << bits) {
    ++bits;
  }
  return bits;
}

// The largest number of which `codebook` holds multiples, by Euclid's algorithm; what is far below
// a step of 16 bits is rounding. 0 where all are zero.
double CommonStep(const std::vector<float>& codebook) {
  double most = 0, step = 0;
  for (const float value : codebook) most = std::max(most, std::abs(static_cast<double>(value)));
  const double nothing = most / (8 * kMostNumber);
  for (const float value : codebook) {
    double rest = std::abs(static_cast<double>(value));
    while (rest > nothing) {
      const double next = std::fmod(step, rest);
      step = rest;
      // A hair below a whole multiple is one.
      rest = std::min(next, step - next);
    }
  }
  return step;
}

// Bits of the numbers of a uniform grid that `codebook` consists of; floats are 32.
int WeightBits(const std::vector<float>& codebook) {
  const double step = CommonStep(codebook);
  if (step == 0) return 1;
  int64_t low = 0, high = 0;
  bool zero = false;
  for (const float value : codebook) {
    const double number = std::nearbyint(value / step);
    if (std::abs(number) > kMostNumber || std::abs(number * step - value) > 0.01 * step) {
      return kBitsOfAFloat;
    }
    low = std::min(low, static_cast<int64_t>(number));
    high = std::max(high, static_cast<int64_t>(number));
    zero |= number == 0;
  }
  // +s and -s alone.
  if (!zero && low == -high && high == 1) return 1;
  return BitsOf(low, high);
}

// Bits of what quantizers leave of `value`, through what only moves or picks values.
int ValueBits(const Graph& graph, const GraphIndex& index, const std::string& read) {
  std::string value = read;
  while (const Node* node = index.Producer(value)) {
    const op::Operator* record = OperatorOf(*node);
    if (record == &op::kBinaryQuantize) return 1;
    if (record == &op::kUniformQuantize) {
      const auto attributes = NodeAttributes::Read(graph, *node, *record);
      if (!attributes.ok()) return kBitsOfAFloat;
      const op::UniformGrid grid = op::ReadUniformGrid(*attributes);
      const auto offset = static_cast<int64_t>(std::floor(grid.offset));
      return BitsOf(std::min<int64_t>(static_cast<int64_t>(grid.low) - offset, 0),
                    std::max<int64_t>(static_cast<int64_t>(grid.high) - offset, 0));
    }
    const bool passes =
        record != nullptr &&
        (record->Has(op::kReshapes) || record->Has(op::kRenames) || record->Has(op::kDrops) ||
         record == &op::kMaxPool || record == &op::kTranspose || record->map != nullptr);
    if (!passes) break;
    value = node->Input(0);
  }
  return kBitsOfAFloat;
}

// Multiplications of the layer of `ref` for one sample; nothing where shapes are not known.
std::optional<double> OperationsOf(const Graph& graph, const GraphShapes& shapes,
                                   const WeightRef& ref) {
  const Node& layer = graph.nodes[ref.node];
  // A transposed convolution multiplies at every place of its input.
  const bool transposed = OperatorOf(layer) == &op::kConvTranspose;
  const auto shape = shapes.of.find(transposed ? layer.Input(0) : layer.outputs[0]);
  if (shape == shapes.of.end() || shape->second.size() < 2) return std::nullopt;
  double places = 1;
  const size_t rank = shape->second.size();
  const bool conv = ref.kind == LayerKind::kConv;
  for (size_t d = conv ? 2 : 1; d < (conv ? rank : rank - 1); ++d) {
    if (shape->second[d] < 1) return std::nullopt;
    places *= static_cast<double>(shape->second[d]);
  }
  return places * static_cast<double>(ref.size());
}

}  // namespace

StatusOr<std::vector<LayerEnergy>> EstimateEnergy(const Graph& graph) {
  std::vector<LayerEnergy> layers;
  const GraphShapes shapes = InferGraphShapes(graph);
  const GraphIndex index(graph);
  for (const WeightRef& ref : ListWeights(graph)) {
    const Node& node = graph.nodes[ref.node];
    const auto operations = OperationsOf(graph, shapes, ref);
    if (!operations) continue;
    LayerEnergy layer;
    layer.name = ref.name;
    layer.operations = *operations;
    layer.weight_bits = kBitsOfAFloat;
    if (const auto form = FindQuantizedForm(graph, ref.name, &index)) {
      const auto codebook = graph.initializers.at(form->codebook).f32();
      layer.weight_bits = WeightBits({codebook.begin(), codebook.end()});
    }
    layer.activation_bits = ValueBits(graph, index, node.inputs[ref.input == 0 ? 1 : 0]);
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace dc
