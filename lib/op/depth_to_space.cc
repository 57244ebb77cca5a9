// DepthToSpace and SpaceToDepth: blocks of pixels in place of channels, and back.
#include "op/element_map.h"
#include "op/operator.h"

namespace dc::op {
namespace {

enum Mode : int64_t { kDcr, kCrd };
constexpr std::string_view kModes[] = {"DCR", "CRD"};

constexpr int64_t kMostBlock = int64_t{1} << 20;

Status CheckImage(const InferContext& context) {
  const Shape& x = context.Input(0);
  if (x.size() != 4) return BadShape(0, x, "4 dimensions");
  if (x[1] < 0 || x[2] < 0 || x[3] < 0) return AcrossBatch("moves blocks");
  const int64_t block = context.attributes.Int("blocksize");
  if (block < 1 || block > kMostBlock) return BadAttribute("blocksize", "a positive number");
  return OkStatus();
}

Status InferToSpace(const InferContext& context, std::vector<Shape>* outputs) {
  DC_RETURN_IF_ERROR(CheckImage(context));
  Shape y = context.Input(0);
  const int64_t block = context.attributes.Int("blocksize");
  if (y[1] % (block * block) != 0) return BadAttribute("blocksize", "one that divides channels");
  y[1] /= block * block;
  y[2] *= block;
  y[3] *= block;
  *outputs = {std::move(y)};
  return OkStatus();
}

Status InferToDepth(const InferContext& context, std::vector<Shape>* outputs) {
  DC_RETURN_IF_ERROR(CheckImage(context));
  Shape y = context.Input(0);
  const int64_t block = context.attributes.Int("blocksize");
  if (y[2] % block != 0 || y[3] % block != 0) {
    return BadAttribute("blocksize", "one that divides height and width");
  }
  y[1] *= block * block;
  y[2] /= block;
  y[3] /= block;
  *outputs = {std::move(y)};
  return OkStatus();
}

// The output is seen as [n, channel, y, y in the block, x, x in the block].
ElementMap MapToSpace(const Attributes& attributes, std::span<const int64_t> x,
                      std::span<const int64_t> y) {
  const std::vector<int64_t> strides = Strides(x);
  const int64_t block = attributes.Int("blocksize");
  // Input channels are [y in the block][x in the block][channel], or with the channel first.
  const bool channel_last = attributes.Int("mode") == kDcr;
  const int64_t channel = channel_last ? 1 : block * block;
  const int64_t column = channel_last ? y[1] : 1;
  ElementMap map;
  map.offsets = {Steps(y[0], strides[0]), Steps(y[1], channel * strides[1]),
                 Steps(x[2], strides[2]), Steps(block, column * block * strides[1]),
                 Steps(x[3], strides[3]), Steps(block, column * strides[1])};
  return map;
}

// The output is seen as [n, y in the block, x in the block, channel, y, x].
ElementMap MapToDepth(const Attributes& attributes, std::span<const int64_t> x,
                      std::span<const int64_t> y) {
  const std::vector<int64_t> strides = Strides(x);
  const int64_t block = attributes.Int("blocksize");
  ElementMap map;
  map.offsets = {Steps(y[0], strides[0]),         Steps(block, strides[2]),
                 Steps(block, strides[3]),        Steps(x[1], strides[1]),
                 Steps(y[2], block * strides[2]), Steps(y[3], block * strides[3])};
  return map;
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kToSpaceAttributes[] = {RequiredInt("blocksize", 1),
                                                Word("mode", kModes, kDcr)};
constexpr AttributeSpec kToDepthAttributes[] = {RequiredInt("blocksize", 1)};

}  // namespace

const Operator kDepthToSpace = {.name = "DepthToSpace",
                                .id = Id::kDepthToSpace,
                                .opset = 11,
                                .inputs = DC_NOT_FOR_SIZE(kInputs),
                                .attributes = kToSpaceAttributes,
                                .traits = kKeepsScale | kWhole,
                                .infer = InferToSpace,
                                .map = MapToSpace};

const Operator kSpaceToDepth = {.name = "SpaceToDepth",
                                .id = Id::kSpaceToDepth,
                                .opset = 1,
                                .inputs = DC_NOT_FOR_SIZE(kInputs),
                                .attributes = kToDepthAttributes,
                                .traits = kKeepsScale | kWhole,
                                .infer = InferToDepth,
                                .map = MapToDepth};

}  // namespace dc::op
