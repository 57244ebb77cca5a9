#include "train/build/broadcast.h"

namespace dc::train {

StatusOr<std::vector<uint32_t>> BroadcastMap(const NodeBuilder& builder,
                                             const std::vector<int64_t>& shape,
                                             const Parameter& parameter) {
  const Status unfit =
      builder.NotCovered("\"" + parameter.name + "\" of shape " + ShapeText(parameter.shape) +
                         " does not broadcast over samples of input " + ShapeText(shape));
  const size_t rank = shape.size();
  if (parameter.shape.size() > rank) return unfit;
  // Strides of the parameter along the input's dimensions, aligned at the last; 0 repeats.
  std::vector<int64_t> strides(rank, 0);
  int64_t stride = 1;
  for (size_t back = 1; back <= parameter.shape.size(); ++back) {
    const int64_t size = parameter.shape[parameter.shape.size() - back];
    if (size != 1 && (back == rank || size != shape[rank - back])) return unfit;
    if (size != 1) strides[rank - back] = stride;
    stride *= size;
  }
  std::vector<uint32_t> map(ElementCount(shape) / shape[0]);
  for (size_t i = 0; i < map.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), index = 0;
    for (size_t d = rank - 1; d > 0; --d) {
      index += rest % shape[d] * strides[d];
      rest /= shape[d];
    }
    map[i] = static_cast<uint32_t>(index);
  }
  return map;
}

}  // namespace dc::train
