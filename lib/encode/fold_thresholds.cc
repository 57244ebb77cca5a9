#include "encode/fold_thresholds.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dc/quantized_weight.h"
#include "model/node_attributes.h"
#include "model/readers.h"
#include "op/grid_functions.h"

namespace dc {
namespace {

// The values of something: whole multiples k of `unit` with |k| <= most.
struct Multiples {
  double unit = 0, most = 0;
};

// Beyond that floats no longer hold every whole number.
constexpr double kMostWhole = 1 << 24;

class ThresholdFolder {
 public:
  explicit ThresholdFolder(Graph* graph) : graph_(*graph) {}

  void Run() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const op::Operator* record = OperatorOf(graph_.nodes[i]);
      if (record != nullptr && record->Has(op::kQuantizes)) Fold(i);
    }
    Rebuild();
  }

 private:
  // Levels of the quantizer: a choice at each edge, -step or +step / 2 on its sides.
  struct Stairs {
    struct Edge {
      double at;
      bool is_above;  // the edge itself belongs to the upper side
    };
    std::vector<Edge> edges;  // of its input, ascending
    float half_step = 1;      // half of what the output rises by at each edge
  };

  std::optional<Stairs> StairsOf(const Node& node) const {
    const Tensor* scale = graph_.Constant(node.Input(1));
    if (scale == nullptr || scale->size() != 1) return std::nullopt;
    const float s = scale->f32()[0];
    if (OperatorOf(node) == &op::kBinaryQuantize) return Stairs{{{0.0, true}}, s};
    const auto attributes = NodeAttributes::Read(graph_, node, op::kUniformQuantize);
    if (!attributes.ok()) return std::nullopt;
    const op::UniformGrid grid = op::ReadUniformGrid(*attributes);
    // Ternary and symmetric: halves go to 0, the even one.
    if (grid.low != -1 || grid.high != 1 || grid.offset != 0 ||
        grid.rounding != op::Rounding::kHalfEven) {
      return std::nullopt;
    }
    return Stairs{{{-0.5 * s, true}, {0.5 * s, false}}, 0.5f * s};
  }

  bool ReadOnce(const std::string& value) const { return OnlyReader(graph_, value).has_value(); }

  // What is known of `value`, through what only moves or picks values.
  std::optional<Multiples> MultiplesOf(const std::string& value, int depth = 0) const {
    const Node* node = graph_.Producer(value);
    if (node == nullptr || depth > 8) return std::nullopt;
    const op::Operator* record = OperatorOf(*node);
    if (record == nullptr) return std::nullopt;
    if (record == &op::kMaxPool || record->Has(op::kReshapes) || record->Has(op::kRenames) ||
        record == &op::kTranspose) {
      return MultiplesOf(node->Input(0), depth + 1);
    }
    if (record->Has(op::kQuantizes)) return OfQuantizer(*node, *record);
    const bool layer = record == &op::kConv || record == &op::kMatMul || record == &op::kGemm;
    if (!layer || !node->Input(2).empty() || node->Float("alpha", 1) != 1) return std::nullopt;
    const auto x = MultiplesOf(node->Input(0), depth + 1);
    return x ? OfLayer(*node, *record, *x) : std::nullopt;
  }

  std::optional<Multiples> OfQuantizer(const Node& node, const op::Operator& record) const {
    const Tensor* scale = graph_.Constant(node.Input(1));
    if (scale == nullptr || scale->size() != 1) return std::nullopt;
    const double s = std::abs(static_cast<double>(scale->f32()[0]));
    if (&record == &op::kBinaryQuantize) return Multiples{s, 1};
    const auto attributes = NodeAttributes::Read(graph_, node, record);
    if (!attributes.ok() || attributes->Float("offset") != 0) return std::nullopt;
    return Multiples{s, static_cast<double>(std::max(std::abs(attributes->Int("low")),
                                                     std::abs(attributes->Int("high"))))};
  }

  std::optional<Multiples> OfLayer(const Node& node, const op::Operator& record,
                                   const Multiples& x) const {
    const auto weight = GetQuantizedWeight(graph_, node.Input(1));
    if (!weight.ok() || !weight->scales.empty()) return std::nullopt;
    double unit = 0;
    for (const float entry : weight->codebook) {
      const double size = std::abs(static_cast<double>(entry));
      if (size > 0 && (unit == 0 || size < unit)) unit = size;
    }
    if (unit == 0) return std::nullopt;
    double most = 0;
    for (const float entry : weight->codebook) {
      const double k = entry / unit;
      if (k != std::nearbyint(k)) return std::nullopt;
      most = std::max(most, std::abs(k));
    }
    const auto attributes = NodeAttributes::Read(graph_, node, record);
    if (!attributes.ok()) return std::nullopt;
    const size_t axis = record.output_axis(*attributes, 1, weight->shape.size());
    const double inputs = static_cast<double>(weight->codes.size()) /
                          static_cast<double>(std::max<int64_t>(weight->shape[axis], 1));
    const Multiples result{unit * x.unit, most * x.most * inputs};
    if (result.most > kMostWhole) return std::nullopt;
    // Sums of floats are exact where the unit is a power of two.
    int exponent = 0;
    if (std::frexp(result.unit, &exponent) != 0.5) return std::nullopt;
    return result;
  }

  void Fold(size_t quantizer) {
    const Node& node = graph_.nodes[quantizer];
    const Node* norm = graph_.Producer(node.Input(0));
    if (norm == nullptr || OperatorOf(*norm) != &op::kBatchNormalization ||
        !ReadOnce(node.Input(0))) {
      return;
    }
    const auto stairs = StairsOf(node);
    const auto x = stairs ? MultiplesOf(norm->Input(0)) : std::nullopt;
    if (!x) return;
    const Tensor* parameters[4];
    for (size_t i = 0; i < 4; ++i) {
      parameters[i] = graph_.Constant(norm->Input(i + 1));
      if (parameters[i] == nullptr || parameters[i]->type != DataType::kFloat32) return;
    }
    const size_t channels = parameters[0]->f32().size();
    const double epsilon = norm->Float("epsilon", 1e-5f);
    std::vector<std::vector<float>> thresholds(stairs->edges.size(), std::vector<float>(channels));
    std::vector<float> halves(channels);
    for (size_t c = 0; c < channels; ++c) {
      const double factor = parameters[0]->f32()[c] / std::sqrt(parameters[3]->f32()[c] + epsilon);
      const double shift = parameters[1]->f32()[c] - factor * parameters[2]->f32()[c];
      halves[c] = factor < 0 ? -stairs->half_step : stairs->half_step;
      for (size_t e = 0; e < stairs->edges.size(); ++e) {
        const auto k =
            LeastAbove(factor, shift, stairs->edges[e].at, stairs->edges[e].is_above, *x);
        if (!k) return;
        thresholds[e][c] = static_cast<float>(*k * x->unit);
      }
    }
    Replace(quantizer, *norm, thresholds, halves);
  }

  // With v(k) = factor * k * unit + shift: the least k for which v(k) is above the edge, or for a
  // falling v the least for which it no longer is; one beyond all k where there is none. Nothing
  // where float rounding could decide otherwise.
  static std::optional<double> LeastAbove(double factor, double shift, double edge,
                                          bool edge_is_above, const Multiples& x) {
    const auto above = [&](double v) { return edge_is_above ? v >= edge : v > edge; };
    const double end = x.most + 1;
    // A constant channel: rising, always above or never.
    if (factor == 0) return above(shift) ? -end : end;
    const double at = (edge - shift) / (factor * x.unit);
    if (!(std::abs(at) <= x.most)) {  // the same for all k
      const bool is_above = above(shift);
      const bool rises = factor > 0;
      return is_above == rises ? -end : end;
    }
    const double nearest = std::nearbyint(at);
    // Values are computed in floats: a value that is this close to the edge may fall either way.
    constexpr double kRounding = 8 * 0x1p-24;
    const double size = std::abs(factor * x.unit * nearest) + std::abs(shift) + std::abs(edge);
    const double distance = std::abs(factor * x.unit * (nearest - at));
    if (distance != 0 && distance < kRounding * size) return std::nullopt;
    if (factor > 0) {
      const double k = std::ceil(at);
      return k == at && !edge_is_above ? k + 1 : k;
    }
    const double k = std::floor(at);
    return k == at && !edge_is_above ? k : k + 1;
  }

  void Replace(size_t quantizer, const Node& norm,
               const std::vector<std::vector<float>>& thresholds,
               const std::vector<float>& halves) {
    const Node& node = graph_.nodes[quantizer];
    // Channels are axis 1; how many axes follow says the layer before.
    const size_t rank = RankOf(norm.Input(0));
    if (rank < 2) return;
    std::vector<int64_t> shape(rank - 1, 1);
    shape[0] = static_cast<int64_t>(halves.size());
    const bool one_sign =
        std::all_of(halves.begin(), halves.end(), [&](float half) { return half == halves[0]; });
    const std::string scale = graph_.FreshName(node.outputs[0] + "_side");
    graph_.initializers[scale] =
        one_sign ? Tensor::F32({}, {halves.data(), 1}) : Tensor::F32(shape, halves);
    std::vector<Node> parts;
    std::vector<std::string> sides;
    for (size_t e = 0; e < thresholds.size(); ++e) {
      const std::string name = graph_.FreshName(node.outputs[0] + "_threshold");
      graph_.initializers[name] = Tensor::F32(shape, thresholds[e]);
      Node subtract;
      subtract.op = op::kSub.name;
      subtract.inputs = {norm.Input(0), name};
      subtract.outputs = {node.outputs[0] + "\nabove" + std::to_string(e)};
      Node side;
      side.op = op::kBinaryQuantize.name;
      side.inputs = {subtract.outputs[0], scale};
      side.outputs = {thresholds.size() == 1 ? node.outputs[0]
                                             : node.outputs[0] + "\nside" + std::to_string(e)};
      side.name = node.name;
      sides.push_back(side.outputs[0]);
      parts.push_back(std::move(subtract));
      parts.push_back(std::move(side));
    }
    if (sides.size() == 2) {
      Node add;
      add.op = op::kAdd.name;
      add.name = node.name;
      add.inputs = sides;
      add.outputs = node.outputs;
      parts.push_back(std::move(add));
    }
    replacements_[quantizer] = std::move(parts);
    gone_.insert(norm.outputs[0]);
  }

  // The rank of what a layer writes, through pools; 0 where that is not known.
  size_t RankOf(const std::string& value) const {
    const Node* node = graph_.Producer(value);
    if (node == nullptr) return 0;
    const op::Operator* record = OperatorOf(*node);
    if (record == &op::kMaxPool) return RankOf(node->Input(0));
    if (record == &op::kConv) {
      const auto weight = GetQuantizedWeight(graph_, node->Input(1));
      return weight.ok() ? weight->shape.size() : 0;
    }
    return record == &op::kGemm || record == &op::kMatMul ? 2 : 0;
  }

  void Rebuild() {
    std::vector<Node> nodes;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      Node& node = graph_.nodes[i];
      if (const auto made = replacements_.find(i); made != replacements_.end()) {
        for (Node& part : made->second) nodes.push_back(std::move(part));
      } else if (node.outputs.empty() || !gone_.count(node.outputs[0])) {
        nodes.push_back(std::move(node));
      }
    }
    graph_.nodes = std::move(nodes);
  }

  Graph& graph_;
  std::map<size_t, std::vector<Node>> replacements_;
  std::set<std::string> gone_;
};

}  // namespace

void FoldThresholds(Graph* graph) { ThresholdFolder(graph).Run(); }

}  // namespace dc
