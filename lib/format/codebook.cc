#include "format/codebook.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>
#include <vector>

#include "base/bit_io.h"
#include "base/damaged.h"
#include "base/flag_runs.h"
#include "base/half.h"
#include "dc/status.h"
#include "format/reader.h"
#include "format/sorted_numbers.h"

namespace dc::format {
namespace {

float FromBits(uint32_t bits, bool half) {
  return half ? HalfToFloat(static_cast<uint16_t>(bits)) : std::bit_cast<float>(bits);
}

// `count` numbers from the front of `stored`, little-endian.
std::vector<float> ReadFloats(std::span<const uint8_t> stored, size_t count, bool half) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* p = stored.data() + (half ? 2 : 4) * i;
    uint32_t bits = uint32_t{p[0]} | uint32_t{p[1]} << 8;
    if (!half) bits |= uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
    values[i] = FromBits(bits, half);
  }
  return values;
}

// The numbers of a stored codebook.
StatusOr<std::vector<float>> ReadNumbers(const TensorEntry& entry, size_t count,
                                         std::span<const uint8_t> stored) {
  const bool half = entry.codebook_type == CodebookType::kFloat16;
  if (entry.codebook_bytes == 0) return ReadFloats(stored, count, half);
  if (count == 0) return Damaged("sorted codebook of no numbers");
  DC_ASSIGN_OR_RETURN(const std::vector<uint32_t> numbers,
                      DecodeSortedNumbers(stored, count, half));
  std::vector<float> values;
  for (uint32_t bits : numbers) values.push_back(FromBits(bits, half));
  return values;
}

// Plain values without their zeros: which are zero, then the others.
StatusOr<std::vector<float>> ReadWithoutZeros(std::span<const uint8_t> stored, size_t count,
                                              bool half) {
  BitReader bits(stored);
  std::vector<bool> zero;
  if (!ReadFlagRuns(count, &bits, &zero)) return Damaged("damaged runs of zeros");
  const size_t runs_bytes = (bits.consumed() + 7) / 8;
  const size_t others = static_cast<size_t>(std::count(zero.begin(), zero.end(), false));
  const bool padded = bits.Read(static_cast<int>(8 * runs_bytes - bits.consumed())) == 0;
  if (bits.overrun() || !padded || stored.size() - runs_bytes != others * (half ? 2 : 4)) {
    return Damaged("values of the wrong size");
  }
  const std::vector<float> rest = ReadFloats(stored.subspan(runs_bytes), others, half);
  std::vector<float> values(count, 0.0f);
  size_t next = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!zero[i]) values[i] = rest[next++];
  }
  return values;
}

Status CheckFinite(const std::vector<float>& codebook) {
  for (float value : codebook) {
    if (!std::isfinite(value)) {
      return Damaged("codebook holds a number that is not finite");
    }
  }
  return OkStatus();
}

// Numbers in the stored codebook.
uint64_t StoredEntries(const TensorEntry& entry) {
  switch (entry.form) {
    case Form::kTable:
      return entry.codebook_entries - (entry.zero_first ? 1u : 0u);
    case Form::kAffine:
      return 2;
    case Form::kTernary:
      return 1;
    case Form::kHashed:
      return entry.codebook_entries / 2;
    default:
      return 0;
  }
  return 0;
}

}  // namespace

const char* NameOf(Form form) {
  switch (form) {
    case Form::kFloat32:
      return "float32";
    case Form::kFloat16:
      return "float16";
    case Form::kTable:
      return "table";
    case Form::kAffine:
      return "affine";
    case Form::kTernary:
      return "ternary";
    case Form::kFloat32Planes:
      return "float32 planes";
    case Form::kFloat16Planes:
      return "float16 planes";
    case Form::kHashed:
      return "hashed";
  }
  return "unknown";
}

uint64_t CodebookBytes(const TensorEntry& entry) {
  if (entry.codebook_bytes > 0) return entry.codebook_bytes;
  return StoredEntries(entry) * (entry.codebook_type == CodebookType::kFloat16 ? 2 : 4);
}

uint64_t ValueBytes(const TensorEntry& entry) {
  if (entry.has_codes()) return 0;
  if (entry.value_bytes > 0) return entry.value_bytes;
  return entry.elements() * (entry.is_half() ? 2 : 4);
}

float AffineValue(float base, float step, uint32_t i) {
  // The product of a float and an integer below 2^16 is exact in double, and so rounds once. A sum
  // of two floats rounded to double and then to float equals the float sum. Going through double
  // keeps compilers from fusing product and sum.
  const float product = static_cast<float>(static_cast<double>(step) * i);
  return static_cast<float>(static_cast<double>(base) + static_cast<double>(product));
}

StatusOr<std::vector<float>> DecodeCodebook(const TensorEntry& entry,
                                            std::span<const uint8_t> stored) {
  if (!entry.has_codes() || stored.size() != CodebookBytes(entry)) {
    return Damaged("codebook of the wrong size", entry.name);
  }
  auto read = ReadNumbers(entry, static_cast<size_t>(StoredEntries(entry)), stored);
  if (!read.ok()) return read.status().At(entry.name);
  const std::vector<float> numbers = *std::move(read);
  std::vector<float> codebook;
  codebook.reserve(entry.codebook_entries);
  if (entry.zero_first) codebook.push_back(0.0f);
  if (entry.form == Form::kTable) {
    codebook.insert(codebook.end(), numbers.begin(), numbers.end());
  } else if (entry.form == Form::kTernary) {
    codebook.push_back(numbers[0]);
    codebook.push_back(-numbers[0]);
  } else if (entry.form == Form::kHashed) {
    codebook.insert(codebook.end(), numbers.begin(), numbers.end());
    for (const float number : numbers) codebook.push_back(-number);
  } else {
    for (uint32_t i = 0; codebook.size() < entry.codebook_entries; ++i) {
      codebook.push_back(AffineValue(numbers[0], numbers[1], i));
    }
  }
  DC_RETURN_IF_ERROR(CheckFinite(codebook).At(entry.name));
  return codebook;
}

StatusOr<std::vector<float>> DecodeValues(const TensorEntry& entry, std::span<const uint8_t> stored,
                                          PlaneDecoder planes) {
  if (entry.has_codes() || stored.size() != ValueBytes(entry)) {
    return Damaged("values of the wrong size", entry.name);
  }
  const size_t count = static_cast<size_t>(entry.elements());
  const bool half = entry.is_half();
  std::vector<float> values;
  if (entry.value_bytes > 0) {
    auto read = entry.has_planes() ? planes(entry.shape, half, stored)
                                   : ReadWithoutZeros(stored, count, half);
    if (!read.ok()) return read.status().At(entry.name);
    values = *std::move(read);
  } else {
    values = ReadFloats(stored, count, half);
  }
  // Infinity is a number of some formulas: a mask, a bound.
  if (std::any_of(values.begin(), values.end(), [](float value) { return std::isnan(value); })) {
    return Damaged("tensor holds a NaN", entry.name);
  }
  return values;
}

}  // namespace dc::format
