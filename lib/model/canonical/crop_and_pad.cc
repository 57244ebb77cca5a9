#include <algorithm>
#include <string>
#include <utility>

#include "model/canonical/known.h"
#include "model/canonical/spell_by_shapes.h"
#include "op/operator.h"

namespace dc {
namespace {

// Which axes of a value of rank `rank` the node is about; empty where they are no different axes.
std::vector<size_t> AxesOf(const Node& node, size_t rank) {
  std::vector<size_t> axes;
  for (const int64_t each : node.Ints("axes", {})) {
    const auto axis = op::Axis(each, rank);
    if (!axis || std::find(axes.begin(), axes.end(), *axis) != axes.end()) return {};
    axes.push_back(*axis);
  }
  for (size_t d = 0; node.attributes.count("axes") == 0 && d < rank; ++d) axes.push_back(d);
  return axes;
}

}  // namespace

void CropAndPad(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph) {
  const Node node = nodes->front();
  if (node.op != "CenterCropPad" || !node.domain.empty() || node.outputs.size() != 1) return;
  const op::Shape* x = shapes.Find(node.Input(0));
  const Tensor* shape = graph->Constant(node.Input(1));
  const auto sizes = shape != nullptr ? Known::From(*shape) : std::nullopt;
  if (x == nullptr || !sizes || sizes->is_float()) return;
  const size_t rank = x->size();
  const std::vector<size_t> axes = AxesOf(node, rank);
  if (axes.empty() || axes.size() != sizes->ints.size()) return;

  const std::string& output = node.outputs[0];
  std::string value = node.inputs[0];
  std::vector<int64_t> pads(2 * rank, 0);
  std::vector<Node> parts;
  for (size_t i = 0; i < axes.size(); ++i) {
    const size_t d = axes[i];
    const int64_t have = (*x)[d], want = sizes->ints[i];
    const bool batch = have < 0 && want == shapes.declared_batch();
    if (have == want || batch) continue;
    if (have < 1 || want < 1) return;
    if (want < have) {
      const int64_t begin = (have - want) / 2;
      const std::string cut = graph->FreshName(output + "_cut_" + std::to_string(d));
      parts.push_back(SliceNode(value, cut, {begin, begin + want, static_cast<int64_t>(d)}, graph));
      value = cut;
    } else {
      pads[d] = (want - have) / 2;
      pads[rank + d] = want - have - pads[d];
    }
  }
  Node& last = parts.emplace_back();
  last.op = op::kPad.name;
  last.name = node.name;
  last.inputs = {value, graph->FreshName(output + "_pads")};
  last.outputs = {output};
  graph->initializers[last.inputs[1]] = Tensor::I64(pads);
  *nodes = std::move(parts);
}

}  // namespace dc
