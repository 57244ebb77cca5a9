#include <algorithm>
#include <optional>
#include <span>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"
#include "op/window.h"

namespace dc {
namespace {

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
  const op::Shape& padded = *shapes_.Find(node->inputs[0]);
  const op::Shape* weight = averages ? nullptr : shapes_.Find(node->Input(1));
  std::span<const int64_t> kernel = attributes->Ints("kernel_shape");
  if (weight != nullptr && weight->size() == x->size()) kernel = std::span(*weight).subspan(2);
  std::vector<op::WindowAxis> windows;
  // An average counts what a Pad has put there, but not what it pads itself, unless it says so; nor
  // what ceil_mode adds.
  if (averages && attributes->Int("ceil_mode") != 0) return;
  const Status status =
      op::SlideWindows(*attributes, std::span(padded).subspan(2), kernel, false, &windows);
  if (!status.ok()) return;
  std::vector<int64_t> pads = *zeros;
  for (size_t i = 0; i < spatial; ++i) {
    const op::WindowAxis& axis = windows[i];
    const bool has_own = axis.pad_begin != 0 || axis.pad_end != 0;
    if (averages && has_own && attributes->Int("count_include_pad") == 0) return;
    pads[i] += axis.pad_begin;
    pads[spatial + i] += axis.pad_end;
    // Windows that lie in the padding as a whole are not for everybody.
    if (std::max(pads[i], pads[spatial + i]) >= axis.extent()) return;
  }
  node->inputs[0] = pad->second.inputs[0];
  node->attributes["pads"] = std::move(pads);
  if (averages) node->attributes["count_include_pad"] = int64_t{1};
}

}  // namespace dc
