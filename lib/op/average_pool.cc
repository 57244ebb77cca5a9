#include <algorithm>
#include <limits>

#include "op/pool.h"

namespace dc::op {
namespace {

[[maybe_unused]] double OnConstantChannel(const Attributes& attributes,
                                          std::span<const double> channel) {
  // Windows at the border average counted padding in; a last window that ceil_mode adds may too.
  const auto pads = attributes.Ints("pads");
  const bool padded = std::any_of(pads.begin(), pads.end(), [](int64_t pad) { return pad != 0; });
  const bool uneven =
      attributes.Int("count_include_pad") != 0 && (padded || attributes.Int("ceil_mode") != 0);
  return uneven && channel[0] != 0 ? std::numeric_limits<double>::quiet_NaN() : channel[0];
}

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {
    RequiredInts("kernel_shape"), Ints("strides"),  Ints("pads"), Int("ceil_mode", 0),
    Int("count_include_pad", 0),  Ints("dilations")};
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {
    {.name = "auto_pad", .fixed = true, .text = "NOTSET"}};

}  // namespace

const Operator kAveragePool = {.name = "AveragePool",
                               .id = Id::kAveragePool,
                               .opset = 11,
                               .inputs = kInputs,
                               .attributes = kAttributes,
                               .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
                               .traits = kPools | kKeepsScale,
                               .infer = PooledShape,
                               .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
