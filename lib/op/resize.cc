#include "op/resize.h"

#include <algorithm>
#include <cmath>

#include "op/operator.h"

namespace dc::op {
namespace {

enum Coordinates : int64_t {
  kHalfPixel,
  kHalfPixelSymmetric,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kTfHalfPixelForNn,
  kTfCropAndResize
};
enum Rounding : int64_t { kRoundPreferFloor, kRoundPreferCeil, kFloor, kCeil };

constexpr std::string_view kModes[] = {"nearest", "linear", "cubic"};
constexpr std::string_view kCoordinates[] = {
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
    "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"};
constexpr std::string_view kRoundings[] = {"round_prefer_floor", "round_prefer_ceil", "floor",
                                           "ceil"};

constexpr float kMostScale = 1 << 20;

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const auto scales = context.attributes.Floats("scales"), roi = context.attributes.Floats("roi");
  if (scales.size() != x.size()) {
    return BadAttribute("scales", "a number for each dimension of ", x);
  }
  const bool crops = context.attributes.Int("coordinate_transformation_mode") == kTfCropAndResize;
  if (crops && roi.size() != 2 * x.size()) {
    return BadAttribute("roi", "two numbers for each dimension of ", x);
  }
  const bool aligns = context.attributes.Int("coordinate_transformation_mode") == kAlignCorners;
  Shape y = x;
  for (size_t d = 0; d < x.size(); ++d) {
    if (x[d] < 0) {
      if (scales[d] != 1) return AcrossBatch("resizes");
      continue;
    }
    if (!(scales[d] > 0 && scales[d] <= kMostScale)) {
      return BadAttribute("scales", "a list of positive numbers up to 2^20");
    }
    const float length = scales[d] * static_cast<float>(x[d]);
    y[d] = static_cast<int64_t>(length);
    // ONNX's own tests and its runtimes disagree on where the last corner is.
    if (aligns && std::abs(length - std::round(length)) > 1e-3f) {
      return Unsupported("aligned corners with a scale that leaves a fraction of an element", "",
                         "give sizes in place of scales");
    }
    if (y[d] < 1) return BadAttribute("scales", "such that elements are left");
  }
  if (!Product(y)) return BadAttribute("scales", "smaller");
  *outputs = {std::move(y)};
  return OkStatus();
}

// Where output `o` of an axis lies among its inputs. `begin` and `end`: of the region of interest,
// in shares of the axis.
float Position(int64_t coordinates, float o, float scale, const ResizeAxis& axis, float begin,
               float end) {
  const auto in = static_cast<float>(axis.in), out = static_cast<float>(axis.out);
  switch (coordinates) {
    case kHalfPixelSymmetric: {
      const float offset = in / 2 * (1 - out / (scale * in));
      return offset + (o + 0.5f) / scale - 0.5f;
    }
    case kPytorchHalfPixel:
      return axis.out > 1 ? (o + 0.5f) / scale - 0.5f : 0.0f;
    case kAlignCorners:
      return axis.out > 1 ? o * (in - 1) / (out - 1) : 0.0f;
    case kAsymmetric:
      return o / scale;
    case kTfHalfPixelForNn:
      return (o + 0.5f) / scale;
    case kTfCropAndResize:
      return axis.out > 1 ? begin * (in - 1) + o * (end - begin) * (in - 1) / (out - 1)
                          : 0.5f * (begin + end) * (in - 1);
    default:
      return (o + 0.5f) / scale - 0.5f;
  }
}

float Round(float position, int64_t rounding) {
  switch (rounding) {
    case kRoundPreferCeil:
      return std::floor(position + 0.5f);
    case kFloor:
      return std::floor(position);
    case kCeil:
      return std::ceil(position);
    default:
      return std::ceil(position - 0.5f);
  }
}

// Keys' cubic at the four neighbors of a position `s` after the second of them.
void CubicWeights(float s, float a, float* weight) {
  const auto near = [&](float t) { return ((a + 2) * t - (a + 3)) * t * t + 1; };
  const auto far = [&](float t) { return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a; };
  weight[0] = far(1 + s);
  weight[1] = near(s);
  weight[2] = near(1 - s);
  weight[3] = far(2 - s);
}

}  // namespace

bool ResizeAxis::is_identity() const {
  if (taps != 1 || in != out) return false;
  for (size_t o = 0; o < index.size(); ++o) {
    if (index[o] != static_cast<int64_t>(o)) return false;
  }
  return true;
}

std::vector<ResizeAxis> ResizeAxes(const Attributes& attributes, std::span<const int64_t> x,
                                   std::span<const int64_t> y) {
  const auto scales = attributes.Floats("scales"), roi = attributes.Floats("roi");
  const int64_t mode = attributes.Int("mode");
  const int64_t coordinates = attributes.Int("coordinate_transformation_mode");
  const int64_t rounding = attributes.Int("nearest_mode");
  const bool exclude = attributes.Int("exclude_outside") != 0;
  std::vector<ResizeAxis> axes(x.size());
  for (size_t d = 0; d < x.size(); ++d) {
    ResizeAxis& axis = axes[d];
    axis.in = x[d];
    axis.out = y[d];
    const float scale = scales[d];
    const bool crops = coordinates == kTfCropAndResize;
    if (scale == 1 && axis.in == axis.out && !crops) {
      axis.index = Steps(axis.out, 1);
      axis.weight.assign(axis.index.size(), 1.0f);
      continue;
    }
    axis.taps = mode == kResizeCubic ? 4 : mode == kResizeLinear ? 2 : 1;
    const auto last = static_cast<float>(axis.in - 1);
    for (int64_t o = 0; o < axis.out; ++o) {
      float position = Position(coordinates, static_cast<float>(o), scale, axis, crops ? roi[d] : 0,
                                crops ? roi[x.size() + d] : 1);
      if (crops && !(position >= 0 && position <= last)) {
        axis.index.insert(axis.index.end(), axis.taps, -1);
        axis.weight.insert(axis.weight.end(), axis.taps, 0.0f);
        continue;
      }
      if (mode == kResizeNearest) {
        axis.index.push_back(
            static_cast<int64_t>(std::clamp(Round(position, rounding), 0.0f, last)));
        axis.weight.push_back(1.0f);
      } else if (mode == kResizeLinear) {
        position = std::clamp(position, 0.0f, last);
        const auto left = static_cast<int64_t>(position);
        const float share = position - static_cast<float>(left);
        axis.index.insert(axis.index.end(), {left, std::min(left + 1, axis.in - 1)});
        axis.weight.insert(axis.weight.end(), {1 - share, share});
      } else {
        const float left = std::floor(position);
        float weight[4], sum = 0;
        CubicWeights(position - left, attributes.Float("cubic_coeff_a"), weight);
        for (int64_t k = 0; k < 4; ++k) {
          const int64_t at = static_cast<int64_t>(left) - 1 + k;
          if (exclude && (at < 0 || at >= axis.in)) weight[k] = 0;
          sum += weight[k];
          axis.index.push_back(std::clamp<int64_t>(at, 0, axis.in - 1));
        }
        for (float& each : weight) axis.weight.push_back(exclude ? each / sum : each);
      }
    }
  }
  return axes;
}

ElementMap MapNearest(const Attributes& attributes, std::span<const int64_t> x,
                      std::span<const int64_t> y) {
  const std::vector<int64_t> strides = Strides(x);
  ElementMap map;
  map.fill = attributes.Float("extrapolation_value");
  for (ResizeAxis& axis : ResizeAxes(attributes, x, y)) {
    const int64_t stride = strides[map.offsets.size()];
    for (int64_t& index : axis.index) index = index < 0 ? -1 : index * stride;
    map.offsets.push_back(std::move(axis.index));
  }
  return map;
}

namespace {

// Sizes are scales in the canonical form.
[[maybe_unused]] constexpr InputSpec kInputs[] = {
    {"x"}, {"roi", Role::kSetting}, {"scales", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {
    Word("mode", kModes, kResizeNearest),
    Word("coordinate_transformation_mode", kCoordinates, kHalfPixel),
    Word("nearest_mode", kRoundings, kRoundPreferFloor),
    Float("cubic_coeff_a", -0.75f),
    Int("exclude_outside", 0),
    Float("extrapolation_value", 0),
    AttributeSpec{"scales", AttributeType::kFloats, 0, 0.0f, true},
    Floats("roi")};
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {
    {.name = "antialias", .fixed = true, .number = 0},
    {.name = "keep_aspect_ratio_policy", .fixed = true, .text = "stretch"}};

}  // namespace

const Operator kResize = {.name = "Resize",
                          .id = Id::kResize,
                          .opset = 13,
                          .inputs = DC_NOT_FOR_SIZE(kInputs),
                          .attributes = kAttributes,
                          .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
                          .traits = kKeepsScale,
                          .infer = Infer};

}  // namespace dc::op
