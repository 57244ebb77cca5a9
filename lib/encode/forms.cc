#include "encode/forms.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "base/half.h"
#include "format/codebook.h"

namespace dc {
namespace {

using format::CodebookType;
using format::Form;

bool SameBits(float a, float b) { return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b); }

float RoundToHalf(float value) { return HalfToFloat(FloatToHalf(value)); }

bool AllHalf(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(),
                     [](float v) { return SameBits(v, RoundToHalf(v)); });
}

void AppendNumbers(std::span<const float> values, bool half, std::vector<uint8_t>* out) {
  for (float value : values) {
    const uint32_t bits = half ? FloatToHalf(value) : std::bit_cast<uint32_t>(value);
    for (int shift = 0; shift < (half ? 16 : 32); shift += 8) {
      out->push_back(static_cast<uint8_t>(bits >> shift));
    }
  }
}

// Base and step of an affine run that is `run`, bit for bit.
std::optional<std::array<float, 2>> FindAffine(std::span<const float> run) {
  const float first = run.front();
  const float steps[] = {run[1] - first, (run.back() - first) / static_cast<float>(run.size() - 1)};
  for (const float step : steps) {
    bool same = std::isfinite(step);
    for (uint32_t i = 0; same && i < run.size(); ++i) {
      same = SameBits(run[i], format::AffineValue(first, step, i));
    }
    if (same) return std::array<float, 2>{first, step};
  }
  return std::nullopt;
}

StoredCodebook StoreExactly(std::span<const float> codebook) {
  StoredCodebook stored;
  stored.zero_first = SameBits(codebook[0], 0.0f);
  std::span<const float> run = codebook.subspan(stored.zero_first ? 1 : 0);
  std::array<float, 2> affine;
  if (stored.zero_first && run.size() == 2 && SameBits(run[1], -run[0])) {
    stored.form = Form::kTernary;
    run = run.first(1);
  } else if (run.size() >= 3) {
    if (const auto found = FindAffine(run)) {
      stored.form = Form::kAffine;
      affine = *found;
      run = affine;
    }
  }
  const bool half = AllHalf(run);
  if (half) stored.type = CodebookType::kFloat16;
  AppendNumbers(run, half, &stored.bytes);
  return stored;
}

}  // namespace

StoredCodebook StoreCodebook(std::span<const float> codebook, bool round_to_half) {
  StoredCodebook exact = StoreExactly(codebook);
  if (!round_to_half) return exact;
  std::vector<float> rounded;
  for (float value : codebook) {
    rounded.push_back(RoundToHalf(value));
    if (!std::isfinite(rounded.back()) || (rounded.back() == 0.0f) != (value == 0.0f)) return exact;
  }
  StoredCodebook smaller = StoreExactly(rounded);
  return smaller.bytes.size() < exact.bytes.size() ? smaller : exact;
}

StoredValues StoreValues(std::span<const float> values, bool round_to_half) {
  const bool half =
      AllHalf(values) || (round_to_half && std::all_of(values.begin(), values.end(), [](float v) {
                            return std::isfinite(RoundToHalf(v));
                          }));
  StoredValues stored;
  if (half) stored.form = Form::kFloat16;
  AppendNumbers(values, half, &stored.bytes);
  return stored;
}

}  // namespace dc
