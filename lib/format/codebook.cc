#include "format/codebook.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include "base/half.h"
#include "dc/status.h"
#include "format/reader.h"

namespace dc::format {
namespace {

// `count` numbers from the front of `stored`, little-endian.
std::vector<float> ReadFloats(std::span<const uint8_t> stored, size_t count, bool half) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    if (half) {
      const uint8_t* p = stored.data() + 2 * i;
      values[i] = HalfToFloat(static_cast<uint16_t>(p[0] | p[1] << 8));
    } else {
      const uint8_t* p = stored.data() + 4 * i;
      values[i] = std::bit_cast<float>(uint32_t{p[0]} | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 |
                                       uint32_t{p[3]} << 24);
    }
  }
  return values;
}

Status CheckFinite(const std::vector<float>& values, const char* what) {
  for (float value : values) {
    if (!std::isfinite(value)) {
      return BadInput(std::string(what) + " holds a number that is not finite", "",
                      "get a fresh copy of the file");
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
    case Form::kFloat32:
    case Form::kFloat16:
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
  }
  return "unknown";
}

uint64_t CodebookBytes(const TensorEntry& entry) {
  return StoredEntries(entry) * (entry.codebook_type == CodebookType::kFloat16 ? 2 : 4);
}

uint64_t ValueBytes(const TensorEntry& entry) {
  if (entry.has_codes()) return 0;
  return entry.elements() * (entry.form == Form::kFloat16 ? 2 : 4);
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
    return BadInput("codebook of the wrong size", entry.name, "get a fresh copy of the file");
  }
  const std::vector<float> numbers = ReadFloats(stored, static_cast<size_t>(StoredEntries(entry)),
                                                entry.codebook_type == CodebookType::kFloat16);
  std::vector<float> codebook;
  codebook.reserve(entry.codebook_entries);
  if (entry.zero_first) codebook.push_back(0.0f);
  if (entry.form == Form::kTable) {
    codebook.insert(codebook.end(), numbers.begin(), numbers.end());
  } else if (entry.form == Form::kTernary) {
    codebook.push_back(numbers[0]);
    codebook.push_back(-numbers[0]);
  } else {
    for (uint32_t i = 0; codebook.size() < entry.codebook_entries; ++i) {
      codebook.push_back(AffineValue(numbers[0], numbers[1], i));
    }
  }
  DC_RETURN_IF_ERROR(CheckFinite(codebook, "codebook").At(entry.name));
  return codebook;
}

StatusOr<std::vector<float>> DecodeValues(const TensorEntry& entry,
                                          std::span<const uint8_t> stored) {
  if (entry.has_codes() || stored.size() != ValueBytes(entry)) {
    return BadInput("values of the wrong size", entry.name, "get a fresh copy of the file");
  }
  std::vector<float> values =
      ReadFloats(stored, static_cast<size_t>(entry.elements()), entry.form == Form::kFloat16);
  DC_RETURN_IF_ERROR(CheckFinite(values, "tensor").At(entry.name));
  return values;
}

}  // namespace dc::format
