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

// One scale for all `axes`, so that the output is not larger or not smaller than the sizes.
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
    // Sizes are rounded, and products of scales are cut off: both are to be the same.
    if (std::round(exact) != std::floor(exact)) return false;
    (*sizes)[d] = static_cast<int64_t>(exact);
    (*scales)[d] = scale;
  }
  return true;
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

void SpellResize(const ShapeTracker& shapes, Node* node, Graph* graph) {
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
  if (by_size && policy == "stretch") {
    if (!ScaleToSizes(*x, sizes, node, graph)) return;
  } else if (by_size) {
    if (policy != "not_larger" && policy != "not_smaller") return;
    if (!KeepAspect(*x, axes, policy == "not_smaller", &sizes, &scales)) return;
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
}

void SpellPad(Node* node) {
  if (OperatorOf(*node) != &op::kPad) return;
  const auto value = node->attributes.find("value");
  if (value == node->attributes.end()) return;
  node->attributes["constant_value"] = value->second;
  node->attributes.erase("value");
}

}  // namespace dc
