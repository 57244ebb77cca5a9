#include "train/build/read_window.h"

namespace dc::train {

StatusOr<std::vector<op::WindowAxis>> ReadWindows(const NodeBuilder& builder,
                                                  const std::vector<int64_t>& input,
                                                  std::span<const int64_t> kernel) {
  const op::Attributes& attributes = builder.attributes();
  std::vector<op::WindowAxis> windows;
  const Status status = op::SlideWindows(attributes, std::span(input).subspan(2), kernel,
                                         attributes.Int("ceil_mode") != 0, &windows);
  if (!status.ok()) return status.At(NodeLabel(builder.node()));
  return windows;
}

}  // namespace dc::train
