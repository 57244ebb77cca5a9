#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "model/canonical/known.h"
#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

constexpr const char* kScales = "scales";
constexpr const char* kPolicy = "keep_aspect_ratio_policy";
constexpr int64_t kFirstOpsetOfCoordinates = 11;
constexpr size_t kRoiInput = 1, kScalesInput = 2, kSizesInput = 3;

// The floats at input `i` or in the attribute scales, empty where there are none.
std::vector<float> FloatsAt(const Graph& graph, const Node& node, size_t i) {
  const Tensor* tensor = graph.Constant(node.Input(i));
  if (tensor == nullptr || tensor->type != DataType::kFloat32) return {};
  return {tensor->f32().begin(), tensor->f32().end()};
}

// Puts `list` at input `i`.
void SetFloats(const std::vector<float>& list, const char* name, size_t i, Node* node,
               Graph* graph) {
  const std::string constant = graph->FreshName(node->outputs[0] + "_" + name);
  graph->initializers[constant] = Tensor::F32({static_cast<int64_t>(list.size())}, list);
  if (node->inputs.size() <= i) node->inputs.resize(i + 1);
  node->inputs[i] = constant;
}

// Upsample, and Resize before opset 11: the input at o / scale, rounded down where the output is
// larger and, by Resize, up where it is smaller. False where that is both.
bool SpellOldResize(Node* node, Graph* graph) {
  std::vector<float> scales = FloatsAt(*graph, *node, 1);
  if (const auto it = node->attributes.find(kScales); it != node->attributes.end()) {
    const auto* list = std::get_if<std::vector<float>>(&it->second);
    if (list == nullptr) return false;
    scales = *list;
  }
  if (scales.empty()) return false;
  const bool grows = std::all_of(scales.begin(), scales.end(), [](float s) { return s >= 1; });
  const bool shrinks = std::all_of(scales.begin(), scales.end(), [](float s) { return s <= 1; });
  const std::string mode = node->String("mode", "nearest");
  if (!grows && !shrinks && mode == "nearest") return false;
  node->op = op::kResize.name;
  node->inputs.resize(1);
  node->attributes = {{"mode", mode == "bilinear" ? std::string("linear") : mode},
                      {"coordinate_transformation_mode", std::string("asymmetric")}};
  if (mode == "nearest") node->attributes["nearest_mode"] = std::string(grows ? "floor" : "ceil");
  SetFloats(scales, kScales, kScalesInput, node, graph);
  return true;
}

// The scale that makes `size` of `extent`, as the shape of the output is computed: its product with
// the extent, rounded down.
float ScaleTo(int64_t size, int64_t extent) {
  const auto from = static_cast<float>(extent);
  float scale = static_cast<float>(size) / from;
  while (static_cast<int64_t>(scale * from) < size) {
    scale = std::nextafter(scale, std::numeric_limits<float>::max());
  }
  return scale;
}

// One scale for all `axes`, so that the output is not larger or not smaller than the sizes. False
// where an extent is open.
bool KeepAspect(const op::Shape& x, const std::vector<size_t>& axes, bool larger,
                std::vector<int64_t>* sizes, std::vector<float>* scales) {
  float scale = larger ? 0.0f : std::numeric_limits<float>::max();
  for (size_t d : axes) {
    if (x[d] < 1) return false;
    const float own = static_cast<float>((*sizes)[d]) / static_cast<float>(x[d]);
    scale = larger ? std::max(scale, own) : std::min(scale, own);
  }
  for (size_t d : axes) {
    const float exact = scale * static_cast<float>(x[d]);
    const float rounded = std::floor(exact + 0.5f);
    if (!(rounded >= 1 && rounded <= static_cast<float>(op::kMostElements))) return false;
    (*sizes)[d] = static_cast<int64_t>(rounded);
    (*scales)[d] = std::abs(exact - rounded) < 1e-3f ? ScaleTo((*sizes)[d], x[d]) : scale;
  }
  return true;
}

// How many copies of the last elements of each axis make the product with the scale, which is cut
// off, reach the size, which was rounded up.
std::vector<int64_t> Missing(const op::Shape& x, const std::vector<int64_t>& sizes,
                             const std::vector<float>& scales) {
  std::vector<int64_t> missing(x.size(), 0);
  for (size_t d = 0; d < x.size(); ++d) {
    if (x[d] < 1 || scales[d] == 1) continue;
    const double needed = std::ceil(static_cast<double>(sizes[d]) / scales[d]);
    missing[d] = std::max<int64_t>(static_cast<int64_t>(needed) - x[d], 0);
    // The product is one of floats, which may be a little less.
    while (static_cast<int64_t>(scales[d] * static_cast<float>(x[d] + missing[d])) < sizes[d]) {
      ++missing[d];
    }
  }
  return missing;
}

bool Any(const std::vector<int64_t>& counts) {
  return std::any_of(counts.begin(), counts.end(), [](int64_t count) { return count != 0; });
}

// Whether outputs of `node` stay what they are where copies of the last elements follow the input,
// which are what is beyond it to a Resize anyway.
bool MayGrow(const Node& node, const std::vector<int64_t>& sizes) {
  const std::string coordinates = node.String("coordinate_transformation_mode", "half_pixel");
  if (node.Int("exclude_outside", 0) != 0) return false;
  if (coordinates == "pytorch_half_pixel") {
    return std::find(sizes.begin(), sizes.end(), 1) == sizes.end();
  }
  return coordinates == "half_pixel" || coordinates == "asymmetric" ||
         coordinates == "tf_half_pixel_for_nn";
}

// Puts a Pad of `missing` elements before the Resize in `nodes` and after it Slices to `sizes`.
void Grow(const std::vector<int64_t>& missing, const std::vector<int64_t>& sizes,
          std::vector<Node>* nodes, Graph* graph) {
  Node& resize = nodes->front();
  const std::string output = resize.outputs[0];
  std::vector<int64_t> pads(missing.size(), 0);
  pads.insert(pads.end(), missing.begin(), missing.end());
  Node pad;
  pad.op = op::kPad.name;
  pad.name = graph->FreshName(output + "_grown");
  pad.outputs = {pad.name};
  pad.inputs = {resize.inputs[0], graph->FreshName(output + "_pads")};
  pad.attributes = {{"mode", std::string("edge")}};
  graph->initializers[pad.inputs[1]] = Tensor::I64(pads);
  resize.inputs[0] = pad.name;
  std::string value = resize.outputs[0] = graph->FreshName(output + "_resized");
  std::vector<Node> slices;
  for (size_t d = 0; d < missing.size(); ++d) {
    if (missing[d] == 0) continue;
    const auto axis = static_cast<int64_t>(d);
    const std::string cut = graph->FreshName(output + "_cut_" + std::to_string(d));
    slices.push_back(SliceNode(value, cut, {0, sizes[d], axis}, graph));
    value = cut;
  }
  slices.back().outputs[0] = output;
  nodes->insert(nodes->begin(), std::move(pad));
  nodes->insert(nodes->end(), slices.begin(), slices.end());
}

}  // namespace

bool ScaleToSizes(const op::Shape& x, const std::vector<int64_t>& sizes, Node* node, Graph* graph) {
  std::vector<float> scales(x.size(), 1.0f);
  for (size_t d = 0; d < x.size(); ++d) {
    if (sizes[d] == x[d]) continue;
    if (sizes[d] < 1 || sizes[d] > op::kMostElements || x[d] < 1) return false;
    scales[d] = ScaleTo(sizes[d], x[d]);
  }
  SetFloats(scales, kScales, kScalesInput, node, graph);
  node->inputs.resize(kSizesInput);
  return true;
}

void SpellResize(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph) {
  Node* node = &nodes->front();
  if (!node->domain.empty() || node->outputs.size() != 1) return;
  const bool resize = node->op == op::kResize.name;
  const bool old = resize && graph->opset < kFirstOpsetOfCoordinates && node->inputs.size() == 2;
  if (node->op == "Upsample" || old) {
    SpellOldResize(node, graph);
    return;
  }
  const op::Shape* x = shapes.Find(node->Input(0));
  if (!resize || x == nullptr) return;
  const size_t rank = x->size();
  std::vector<size_t> axes;
  for (int64_t each : node->Ints("axes", {})) {
    const auto axis = op::Axis(each, rank);
    if (!axis) return;
    axes.push_back(*axis);
  }
  const bool all = axes.empty();
  for (size_t d = 0; all && d < rank; ++d) axes.push_back(d);
  std::vector<float> scales(rank, 1.0f), roi(2 * rank, 0.0f);
  std::fill(roi.begin() + static_cast<std::ptrdiff_t>(rank), roi.end(), 1.0f);
  const std::vector<float> given = FloatsAt(*graph, *node, kScalesInput);
  const std::vector<float> region = FloatsAt(*graph, *node, kRoiInput);
  std::vector<int64_t> sizes(x->begin(), x->end());
  const Tensor* size_input = graph->Constant(node->Input(kSizesInput));
  const auto listed = size_input != nullptr ? Known::From(*size_input) : std::nullopt;
  const bool by_size = listed && !listed->is_float() && listed->ints.size() == axes.size();
  if (!by_size && given.size() != axes.size()) return;
  if (!region.empty() && region.size() != 2 * axes.size()) return;
  for (size_t i = 0; i < axes.size(); ++i) {
    const size_t d = axes[i];
    if (!by_size) scales[d] = given[i];
    // The batch as a number, as exporters write it that fix it, is the batch.
    const bool batch = by_size && (*x)[d] < 0 && listed->ints[i] == shapes.declared_batch();
    if (by_size && !batch) sizes[d] = listed->ints[i];
    if (region.empty()) continue;
    roi[d] = region[i];
    roi[rank + d] = region[axes.size() + i];
  }
  const std::string policy = node->String(kPolicy, "stretch");
  std::vector<int64_t> missing(rank, 0);
  if (by_size && policy == "stretch") {
    if (!ScaleToSizes(*x, sizes, node, graph)) return;
  } else if (by_size) {
    if (policy != "not_larger" && policy != "not_smaller") return;
    if (!KeepAspect(*x, axes, policy == "not_smaller", &sizes, &scales)) return;
    missing = Missing(*x, sizes, scales);
    if (Any(missing) && !MayGrow(*node, sizes)) return;
    SetFloats(scales, kScales, kScalesInput, node, graph);
    node->inputs.resize(kSizesInput);
  } else if (!all) {
    SetFloats(scales, kScales, kScalesInput, node, graph);
  }
  if (node->String("coordinate_transformation_mode", "") != "tf_crop_and_resize") {
    node->inputs[kRoiInput].clear();  // the others do not look at it
  } else if (!all && !region.empty()) {
    SetFloats(roi, "roi", kRoiInput, node, graph);
  }
  node->attributes.erase("axes");
  node->attributes.erase(kPolicy);
  if (Any(missing)) Grow(missing, sizes, nodes, graph);
}

void SpellPad(Node* node) {
  if (OperatorOf(*node) != &op::kPad) return;
  const auto value = node->attributes.find("value");
  if (value == node->attributes.end()) return;
  node->attributes["constant_value"] = value->second;
  node->attributes.erase("value");
}

}  // namespace dc
