#include <algorithm>
#include <string>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
void PadExplicitly(const ShapeTracker& shapes, Node* node) {
  const op::Operator* record = OperatorOf(*node);
  if (record == nullptr || record == &op::kConvTranspose) return;
  if (!record->Has(op::kPools) && !record->Has(op::kConvolves)) return;
  const std::string mode = node->String(kAutoPad, "");
  if (mode.empty()) return;
  const bool upper = mode == "SAME_UPPER";
  if (mode == "NOTSET" || mode == "VALID") {
    node->attributes.erase(kAutoPad);
    if (mode == "VALID") node->attributes.erase("pads");
    return;
  }
  if (!upper && mode != "SAME_LOWER") return;
  std::vector<int64_t> kernel = node->Ints("kernel_shape", {});
  if (kernel.empty() && record->Has(op::kConvolves)) {
    const op::Shape* weight = shapes.Find(node->Input(1));
    if (weight == nullptr || weight->size() < 3) return;
    kernel.assign(weight->begin() + 2, weight->end());
  }
  const std::vector<int64_t> ones(kernel.size(), 1);
  const std::vector<int64_t> strides = node->Ints("strides", ones);
  const std::vector<int64_t> dilations = node->Ints("dilations", ones);
  if (strides.size() != kernel.size() || dilations.size() != kernel.size()) return;
  const op::Shape* x = shapes.Find(node->Input(0));
  std::vector<int64_t> begins, ends;
  for (size_t d = 0; d < kernel.size(); ++d) {
    if (strides[d] < 1 || kernel[d] < 1 || dilations[d] < 1) return;
    int64_t total = (kernel[d] - 1) * dilations[d];  // at stride 1, whatever the size
    if (strides[d] != 1) {
      if (x == nullptr || x->size() != kernel.size() + 2 || (*x)[d + 2] < 1) return;
      const int64_t size = (*x)[d + 2], outputs = (size + strides[d] - 1) / strides[d];
      total = std::max<int64_t>((outputs - 1) * strides[d] + total + 1 - size, 0);
    }
    begins.push_back(upper ? total / 2 : total - total / 2);
    ends.push_back(total - begins.back());
  }
  begins.insert(begins.end(), ends.begin(), ends.end());
  node->attributes.erase(kAutoPad);
  node->attributes["pads"] = std::move(begins);
}

}  // namespace dc
