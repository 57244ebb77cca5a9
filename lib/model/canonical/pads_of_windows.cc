#include <algorithm>
#include <optional>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

constexpr int64_t kMostNumber = int64_t{1} << 30;  // of what a window lists

// Zeros before and after each spatial axis, as a window lists them; nothing where `pad` does
// anything else to a value of rank `rank`.
std::optional<std::vector<int64_t>> ZerosAround(const Graph& graph, const Node& pad, size_t rank) {
  const auto attributes = NodeAttributes::Read(graph, pad, op::kPad);
  if (!attributes.ok() || attributes->Int("mode") != 0 ||
      attributes->Float("constant_value") != 0.0f) {
    return std::nullopt;
  }
  const auto pads = attributes->Ints("pads"), axes = attributes->Ints("axes");
  const size_t count = axes.empty() ? rank : axes.size(), spatial = rank - 2;
  if (pads.size() != 2 * count) return std::nullopt;
  std::vector<int64_t> zeros(2 * spatial, 0);
  for (size_t i = 0; i < count; ++i) {
    const auto axis = op::Axis(axes.empty() ? static_cast<int64_t>(i) : axes[i], rank);
    const int64_t begin = pads[i], end = pads[count + i];
    if (!axis || begin < 0 || end < 0) return std::nullopt;
    if (*axis < 2) {
      if (begin != 0 || end != 0) return std::nullopt;
      continue;
    }
    zeros[*axis - 2] = begin;
    zeros[spatial + *axis - 2] = end;
  }
  return zeros;
}

}  // namespace

void PadsOfWindows::Spell(std::vector<Node>* nodes) {
  for (Node& node : *nodes) {
    if (OperatorOf(node) == &op::kPad && node.outputs.size() == 1) {
      pads_.emplace(node.outputs[0], node);
    } else {
      TakePad(&node);
    }
  }
}

void PadsOfWindows::TakePad(Node* node) const {
  const op::Operator* record = OperatorOf(*node);
  const bool averages = record == &op::kAveragePool;
  if (!averages && record != &op::kConv) return;
  const auto pad = pads_.find(node->Input(0));
  if (pad == pads_.end() || node->attributes.count(kAutoPad) > 0) return;
  const op::Shape* x = shapes_.Find(pad->second.Input(0));
  // A Pad that is not right has no shape.
  if (x == nullptr || x->size() < 3 || shapes_.Find(node->inputs[0]) == nullptr) return;
  const auto zeros = ZerosAround(graph_, pad->second, x->size());
  const auto attributes = NodeAttributes::Read(graph_, *node, *record);
  if (!zeros || !attributes.ok()) return;

  const size_t spatial = x->size() - 2;
  const auto listed = [&](const char* name, int64_t otherwise, size_t count) {
    const auto values = attributes->Ints(name);
    return values.empty() ? std::vector<int64_t>(count, otherwise)
                          : std::vector<int64_t>(values.begin(), values.end());
  };
  std::vector<int64_t> kernel = listed("kernel_shape", 0, 0);
  const op::Shape* weight = averages ? nullptr : shapes_.Find(node->Input(1));
  if (kernel.empty() && weight != nullptr && weight->size() == x->size()) {
    kernel.assign(weight->begin() + 2, weight->end());
  }
  std::vector<int64_t> pads = listed("pads", 0, 2 * spatial);
  const std::vector<int64_t> dilations = listed("dilations", 1, spatial);
  if (kernel.size() != spatial || pads.size() != 2 * spatial || dilations.size() != spatial) return;
  if (averages) {
    // A window of an average counts what a Pad has put there, but not what it pads itself, unless
    // it says so; nor what ceil_mode adds.
    const bool has_own = std::any_of(pads.begin(), pads.end(), [](int64_t p) { return p != 0; });
    if (attributes->Int("ceil_mode") != 0) return;
    if (has_own && attributes->Int("count_include_pad") == 0) return;
  }
  for (size_t i = 0; i < pads.size(); ++i) {
    const int64_t taps = kernel[i % spatial], step = dilations[i % spatial];
    for (const int64_t number : {pads[i], (*zeros)[i], taps, step}) {
      if (number < 0 || number > kMostNumber) return;
    }
    pads[i] += (*zeros)[i];
    // Windows that lie in the padding as a whole are not for everybody.
    if (pads[i] > (taps - 1) * step) return;
  }
  node->inputs[0] = pad->second.inputs[0];
  node->attributes["pads"] = std::move(pads);
  if (averages) node->attributes["count_include_pad"] = int64_t{1};
}

}  // namespace dc
