#include <algorithm>
#include <string>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

constexpr const char* kOutputShape = "output_shape";
constexpr const char* kOutputPadding = "output_padding";

}  // namespace

void PadTransposed(const ShapeTracker& shapes, Node* node) {
  if (OperatorOf(*node) != &op::kConvTranspose) return;
  const std::string mode = node->String(kAutoPad, "NOTSET");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (!same && mode != "NOTSET" && mode != "VALID") return;
  std::vector<int64_t> wanted = node->Ints(kOutputShape, {});
  if (!same && wanted.empty()) {
    node->attributes.erase(kAutoPad);
    node->attributes.erase(kOutputShape);
    if (mode == "VALID") node->attributes.erase("pads");
    return;
  }
  const op::Shape* x = shapes.Find(node->Input(0));
  const op::Shape* weight = shapes.Find(node->Input(1));
  if (x == nullptr || weight == nullptr || weight->size() < 3 || x->size() != weight->size()) {
    return;
  }
  const size_t axes = x->size() - 2;
  const std::vector<int64_t> ones(axes, 1);
  const std::vector<int64_t> strides = node->Ints("strides", ones);
  const std::vector<int64_t> dilations = node->Ints("dilations", ones);
  std::vector<int64_t> more = node->Ints(kOutputPadding, std::vector<int64_t>(axes, 0));
  // Older models give the batch and the channels, too.
  if (wanted.size() == axes + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
  const bool fits = strides.size() == axes && dilations.size() == axes && more.size() == axes &&
                    (wanted.empty() || wanted.size() == axes);
  if (!fits) return;
  const auto sensible = [](const std::vector<int64_t>& values) {
    constexpr int64_t kMost = int64_t{1} << 22;
    return std::all_of(values.begin(), values.end(),
                       [](int64_t v) { return v >= 0 && v <= kMost; });
  };
  const std::vector<int64_t> sizes(x->begin() + 2, x->end());
  const std::vector<int64_t> kernel(weight->begin() + 2, weight->end());
  const std::vector<int64_t>* const all[] = {&strides, &dilations, &more, &wanted, &sizes, &kernel};
  if (!std::all_of(std::begin(all), std::end(all), [&](auto* each) { return sensible(*each); })) {
    return;
  }
  std::vector<int64_t> pads(2 * axes);
  for (size_t d = 0; d < axes; ++d) {
    const int64_t whole =
        (sizes[d] - 1) * strides[d] + (kernel[d] - 1) * dilations[d] + 1 + more[d];
    const int64_t total = whole - (wanted.empty() ? sizes[d] * strides[d] : wanted[d]);
    const int64_t half = std::max<int64_t>(total, 0) / 2, rest = std::max<int64_t>(total, 0) - half;
    pads[d] = mode == "SAME_UPPER" ? half : rest;
    pads[axes + d] = mode == "SAME_UPPER" ? rest : half;
    // What is asked for beyond the windows holds the bias alone.
    if (!wanted.empty() && total < 0) more[d] -= total;
  }
  node->attributes.erase(kAutoPad);
  node->attributes.erase(kOutputShape);
  node->attributes["pads"] = std::move(pads);
  if (std::any_of(more.begin(), more.end(), [](int64_t v) { return v != 0; })) {
    node->attributes[kOutputPadding] = std::move(more);
  }
}

}  // namespace dc
