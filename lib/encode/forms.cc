#include "encode/forms.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "base/bit_io.h"
#include "base/flag_runs.h"
#include "base/half.h"
#include "encode/sort_numbers.h"
#include "entropy/enc/plane_encoder.h"
#include "entropy/enc/zstd_compress.h"
#include "format/codebook.h"
#include "model/quoted.h"

namespace dc {
namespace {

using format::CodebookType;
using format::Form;

// What the manifest takes to say the length of a stream: tag and number.
constexpr size_t kLengthBytes = 4;

bool SameBits(float a, float b) { return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b); }

float RoundToHalf(float value) { return HalfToFloat(FloatToHalf(value)); }

bool AllHalf(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(),
                     [](float v) { return SameBits(v, RoundToHalf(v)); });
}

uint32_t BitsOf(float value, bool half) {
  return half ? FloatToHalf(value) : std::bit_cast<uint32_t>(value);
}

void AppendNumbers(std::span<const float> values, bool half, std::vector<uint8_t>* out) {
  for (float value : values) {
    const uint32_t bits = BitsOf(value, half);
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
  stored.values.assign(codebook.begin(), codebook.end());
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
  if (stored.form == Form::kTable && !run.empty()) {
    std::vector<uint32_t> bits;
    for (float value : run) bits.push_back(BitsOf(value, half));
    auto sorted = EncodeSortedNumbers(bits, half);
    // The manifest then has to say how long it is.
    if (sorted && sorted->size() + kLengthBytes < stored.bytes.size()) {
      stored.sorted = true;
      stored.bytes = *std::move(sorted);
    }
  }
  return stored;
}

// `values` without their zeros: runs of zeros and others, then the others.
std::vector<uint8_t> WithoutZeros(std::span<const float> values, bool half) {
  std::vector<bool> zero;
  std::vector<float> others;
  for (float value : values) {
    zero.push_back(SameBits(value, 0.0f));
    if (!zero.back()) others.push_back(value);
  }
  BitWriter runs;
  WriteFlagRuns(zero, &runs);
  std::vector<uint8_t> bytes = runs.Finish();
  AppendNumbers(others, half, &bytes);
  return bytes;
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

StoredCodebook StoreHashed(std::span<const float> table, bool round_to_half) {
  StoredCodebook stored;
  stored.form = Form::kHashed;
  stored.values.assign(table.begin(), table.end());
  if (round_to_half) {
    for (float& value : stored.values) value = RoundToHalf(value);
    const bool usable = std::all_of(stored.values.begin(), stored.values.end(),
                                    [](float value) { return std::isfinite(value); });
    if (!usable) stored.values.assign(table.begin(), table.end());
  }
  const bool half = AllHalf(stored.values);
  if (half) stored.type = CodebookType::kFloat16;
  AppendNumbers(stored.values, half, &stored.bytes);
  for (size_t i = 0; i < table.size(); ++i) stored.values.push_back(-stored.values[i]);
  return stored;
}

StoredValues StoreValues(std::span<const float> values, bool round_to_half) {
  const bool half =
      AllHalf(values) || (round_to_half && std::all_of(values.begin(), values.end(), [](float v) {
                            return std::isfinite(RoundToHalf(v));
                          }));
  StoredValues stored;
  if (half) stored.form = Form::kFloat16;
  AppendNumbers(values, half, &stored.bytes);
  std::vector<uint8_t> rest = WithoutZeros(values, half);
  if (rest.size() + kLengthBytes < stored.bytes.size()) {
    stored.says_length = true;
    stored.bytes = std::move(rest);
  }
  return stored;
}

Status CheckNumbers(std::span<const float> values, bool per_channel, const std::string& name) {
  const bool usable = std::all_of(values.begin(), values.end(), [&](float v) {
    return per_channel ? std::isfinite(v) : !std::isnan(v);
  });
  if (usable) return OkStatus();
  return BadInput("NaN or infinity in a tensor", Quoted(name), "train or export the model again");
}

StatusOr<StoredValues> SmallerInPlanes(const std::vector<int64_t>& shape,
                                       std::span<const float> values, StoredValues plain,
                                       CoderChoice coder) {
  if (coder == CoderChoice::kRaw) return plain;
  const bool half = plain.form == Form::kFloat16;
  StoredValues planes;
  planes.form = half ? Form::kFloat16Planes : Form::kFloat32Planes;
  planes.says_length = true;
  planes.bytes = EncodePlanes(MatrixOf(shape), values, half, coder);
  if (planes.bytes.size() + kLengthBytes >= plain.bytes.size()) return plain;
  // What stays plain is compressed with its section.
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> packed, ZstdCompress(plain.bytes));
  return planes.bytes.size() + kLengthBytes < packed.size() ? planes : plain;
}

}  // namespace dc
