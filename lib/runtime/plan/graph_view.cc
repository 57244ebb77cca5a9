#include "runtime/plan/graph_view.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "format/ops.h"
#include "runtime/kernels/build.h"

namespace dc::runtime {
namespace {

// More operators than any network has; planning memory takes quadratic time in the worst case.
constexpr size_t kMaxNodes = 4096;

Status Contradiction(TextView what, TextView where) {
  return BadInput(what, where, "the file contradicts itself; encode the model again");
}

Status CheckNode(const format::Node& node, uint32_t output, const std::string& where) {
  const format::OpSpec* spec = format::FindOp(node.op);
  if (spec == nullptr) {
    return Unsupported("an unknown operator", where, "the file needs a newer version");
  }
  if (node.inputs.size() < spec->min_inputs || node.inputs.size() > spec->max_inputs) {
    return Contradiction(Text({node.inputs.size(), " inputs"}), where);
  }
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const bool omitted = node.inputs[i] == format::kNoValue;
    if (omitted ? !spec->MayOmit(i) : node.inputs[i] >= output) {
      return Contradiction(Text({"input ", i, " does not exist"}), where);
    }
  }
  if (!format::Attributes(node).ok()) return Contradiction("wrong number of attributes", where);
  return OkStatus();
}

}  // namespace

std::string GraphView::NodeText(size_t node) const {
  const format::Node& n = manifest_->nodes[node];
  const format::OpSpec* spec = format::FindOp(n.op);
  return Text({"node ", node, spec == nullptr ? "" : ", ",
               spec == nullptr ? std::string_view() : spec->name, n.name.empty() ? "" : " ",
               n.name});
}

StatusOr<GraphView> GraphView::Make(const format::Manifest& manifest) {
  GraphView view;
  view.manifest_ = &manifest;
  view.inputs_ = manifest.inputs.size();
  view.tensors_ = manifest.tensors.size();
  if (view.inputs_ == 0) {
    return Unsupported("a model without inputs", "manifest", "its outputs are constants");
  }
  if (manifest.outputs.empty()) return Contradiction("no output", "manifest");
  if (manifest.nodes.size() > kMaxNodes) {
    return Unsupported(DC_ERROR_TEXT("too many operators", manifest.nodes.size(), " operators"),
                       "manifest", "the limit is 4096");
  }
  // What the reader has checked (format/check.h), again for manifests that come from no file. A
  // library that is built for size gets no others.
  for (size_t t = 0; !kForSize && t < view.tensors_; ++t) {
    for (int64_t dimension : manifest.tensors[t].shape) {
      if (dimension <= 0) {
        return Contradiction(Text({"a dimension of ", dimension}), Text({"tensor ", t}));
      }
    }
  }
  for (size_t n = 0; !kForSize && n < manifest.nodes.size(); ++n) {
    DC_RETURN_IF_ERROR(CheckNode(manifest.nodes[n], view.OutputOf(n), view.NodeText(n)));
  }
  view.needed_.assign(manifest.nodes.size(), false);
  view.readers_.assign(view.values(), 0);
  view.last_reader_.assign(view.values(), manifest.nodes.size());
  for (size_t i = 0; i < manifest.outputs.size(); ++i) {
    const uint32_t output = manifest.outputs[i].value;
    if (output >= view.values()) {
      return Contradiction(
          DC_ERROR_TEXT("an output does not exist", "output ", i, " does not exist"), "manifest");
    }
    if (view.IsTensor(output)) {
      return Unsupported(DC_ERROR_TEXT("an output is a constant", "output ", i, " is a constant"),
                         "manifest", "there is nothing to run");
    }
    ++view.readers_[output];  // the caller
  }
  for (size_t n = manifest.nodes.size(); n-- > 0;) {
    view.needed_[n] = view.readers_[view.OutputOf(n)] > 0;
    if (!view.needed_[n]) continue;
    for (uint32_t input : manifest.nodes[n].inputs) {
      if (input == format::kNoValue) continue;
      ++view.readers_[input];
      view.last_reader_[input] = n;
    }
  }
  return view;
}

std::optional<size_t> GraphView::SoleReader(uint32_t value) const {
  // The caller, who reads the outputs, is no node.
  if (readers_[value] != 1 || last_reader_[value] == needed_.size()) return std::nullopt;
  return last_reader_[value];
}

bool GraphView::IsNormOf(size_t norm, uint32_t value, const format::Node& layer) const {
  const format::Node& node = manifest_->nodes[norm];
  if (!format::FindOp(node.op)->Has(op::kBlends) || node.inputs[0] != value) return false;
  if (!IsTensor(layer.inputs[1])) return false;
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    if (!IsTensor(node.inputs[i])) return false;
  }
  const std::vector<int64_t>& weight = manifest_->tensors[TensorOf(layer.inputs[1])].shape;
  if (weight.size() < 2 || (weight.size() > 2 && !format::FindOp(layer.op)->Has(op::kConvolves))) {
    return false;
  }
  const size_t axis =
      format::FindOp(layer.op)->output_axis(format::Attributes(layer), 1, weight.size());
  const std::vector<int64_t>& channels = manifest_->tensors[TensorOf(node.inputs[1])].shape;
  return channels.size() == 1 && channels[0] == weight[axis];
}

Fusion GraphView::FindFusion(size_t node, bool rows_are_channels) const {
  Fusion fusion;
  const format::Node& layer = manifest_->nodes[node];
  uint32_t value = OutputOf(node);
  std::optional<size_t> next = SoleReader(value);
  // A product without a bias of its own.
  const bool takes_bias = format::FindOp(layer.op)->max_inputs > 2;
  if (next && !takes_bias && format::FindOp(manifest_->nodes[*next].op)->Has(op::kAdds) &&
      IsTensor(layer.inputs[1])) {
    const format::Node& add = manifest_->nodes[*next];
    const uint32_t other = add.inputs[0] == value ? add.inputs[1] : add.inputs[0];
    if (other != value && IsTensor(other)) {
      const std::vector<int64_t>& bias = manifest_->tensors[TensorOf(other)].shape;
      const std::vector<int64_t>& weight = manifest_->tensors[TensorOf(layer.inputs[1])].shape;
      const bool row = bias.size() == 1 || (bias.size() == 2 && bias[0] == 1);
      if (row && weight.size() > 1 && bias.back() == weight.back()) {
        fusion.extra_bias = TensorOf(other);
        fusion.nodes.push_back(*next);
        value = OutputOf(*next);
        next = SoleReader(value);
      }
    }
  }
  if (!kForSize && next && rows_are_channels && IsNormOf(*next, value, layer)) {
    fusion.norm = *next;
    fusion.nodes.push_back(*next);
    value = OutputOf(*next);
    next = SoleReader(value);
  }
  if (next) AddLimits(*next, &fusion);
  return fusion;
}

Fusion GraphView::FindLimits(size_t node) const {
  Fusion fusion;
  const std::optional<size_t> next = SoleReader(OutputOf(node));
  if (next) AddLimits(*next, &fusion);
  return fusion;
}

void GraphView::AddLimits(size_t node, Fusion* fusion) const {
  const format::Node& activation = manifest_->nodes[node];
  const op::Operator& record = *format::FindOp(activation.op);
  if (!record.Has(op::kLimits)) return;
  const bool bounded = !record.attributes.empty();
  const format::Attributes attributes(activation);
  fusion->low = bounded ? attributes.Float("min") : 0.0f;
  if (bounded) fusion->high = attributes.Float("max");
  fusion->nodes.push_back(node);
}

}  // namespace dc::runtime
