#include "forms.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace dcz {

// Chapter 3: the number of the bits of an f32 or an f16, which is no NaN.
float ToFloat(uint32_t bits, bool f16) {
  float number = std::bit_cast<float>(bits);
  if (f16) {
    const int exponent = static_cast<int>(bits >> 10 & 31);
    const float fraction = static_cast<float>(bits & 1023);
    number = std::ldexp(exponent > 0 ? 1024 + fraction : fraction, std::max(exponent, 1) - 25);
    if (exponent == 31) number = fraction == 0 ? INFINITY : NAN;
    if (bits & 0x8000) number = -number;
  }
  Require(!std::isnan(number), "number that is a NaN");
  return number;
}

namespace {

float ReadFloat(ByteReader* reader, bool f16) {
  return ToFloat(reader->Unsigned(f16 ? 2 : 4), f16);
}

// A number of a codebook.
float Finite(float number) {
  Require(std::isfinite(number), "number that is not finite");
  return number;
}

}  // namespace

// Chapter 3: an Exp-Golomb number of order k. The tables of chapter 4 allow 17 zeros.
uint64_t ReadExpGolomb(BitReader* bits, uint64_t k, uint64_t max_zeros) {
  uint64_t q = 0;
  while (bits->Bit() == 0) Require(++q <= max_zeros, "Exp-Golomb number too large");
  const uint64_t w = q + k;
  Require(w <= 32, "Exp-Golomb number too large");
  const uint64_t number = (uint64_t{1} << w) + bits->Number(w) - (uint64_t{1} << k);
  Require(number >> 32 == 0, "Exp-Golomb number too large");
  return number;
}

// Chapter 3, *runs*: of each of `count` elements, whether it is of the second sort.
std::vector<bool> ReadRuns(BitReader* bits, uint64_t count) {
  const uint64_t k = bits->Number(2);
  std::vector<bool> second_sort;
  for (uint64_t run = 0; second_sort.size() < count; ++run) {
    const uint64_t length = ReadExpGolomb(bits, k) + (run == 0 ? 0 : 1);
    Require(length <= count - second_sort.size(), "runs go beyond the elements");
    second_sort.insert(second_sort.end(), length, run % 2 == 1);
  }
  return second_sort;
}

namespace {

// Chapter 3, **Sorted codebooks**: the `count` numbers of the run.
std::vector<float> ReadSortedCodebook(Bytes bytes, uint64_t count, bool f16) {
  Require(count > 0, "sorted codebook of no numbers");
  const uint64_t width = f16 ? 16 : 32, sign = uint64_t{1} << (width - 1);
  BitReader bits(bytes);
  const uint64_t k = bits.Number(5);
  const bool permuted = bits.Bit() == 1;
  std::vector<float> sorted;
  uint64_t integer = bits.Number(width);
  for (uint64_t i = 0; i < count; ++i) {
    if (i > 0) integer += ReadExpGolomb(&bits, k);
    Require(integer >> width == 0, "codebook beyond all numbers");
    const uint64_t u = integer & sign ? integer - sign : 2 * sign - 1 - integer;
    sorted.push_back(Finite(ToFloat(static_cast<uint32_t>(u), f16)));
  }
  std::vector<float> run;
  Require(!permuted || count <= 4096, "too many numbers in a permuted codebook");
  while (permuted && !sorted.empty()) {
    const uint64_t m = sorted.size();
    const uint64_t w = static_cast<uint64_t>(std::bit_width(m)) - 1;
    const uint64_t t = (uint64_t{2} << w) - m;
    uint64_t index = bits.Number(w);
    if (index >= t) index = 2 * index + bits.Bit() - t;
    run.push_back(sorted[index]);
    sorted.erase(sorted.begin() + static_cast<int64_t>(index));
  }
  bits.RequireEnd();
  return permuted ? run : sorted;
}

}  // namespace

// Chapter 3: the codebook of a tensor with codes, taken from the codebooks section.
std::vector<float> ReadCodebook(const Tensor& tensor, ByteReader* section) {
  const bool f16 = tensor.codebook_f16;
  const uint64_t z = tensor.zero_stored ? 0 : 1;
  const uint64_t run = tensor.codebook_entries - z;
  std::vector<float> codebook(z, 0.0f);
  Require(tensor.codebook_bytes == 0 || tensor.form == 2, "sorted codebook of another form");
  if (tensor.codebook_bytes > 0) {
    const Bytes stream = section->Take(tensor.codebook_bytes);
    for (const float number : ReadSortedCodebook(stream, run, f16)) codebook.push_back(number);
  } else if (tensor.form == 2) {  // table
    for (uint64_t i = 0; i < run; ++i) codebook.push_back(Finite(ReadFloat(section, f16)));
  } else if (tensor.form == 3) {  // affine
    const float base = Finite(ReadFloat(section, f16));
    const double step = Finite(ReadFloat(section, f16));
    for (uint64_t i = 0; i < run; ++i) {
      // The product is exact in double; so it is rounded once, and not fused with the sum.
      const float product = static_cast<float>(step * static_cast<double>(i));
      codebook.push_back(base + product);
      Require(std::isfinite(codebook.back()), "number that is not finite");
    }
  } else if (tensor.form == 7) {  // hashed
    Require(tensor.codebook_entries % 2 == 0 && z == 0, "hashed codebook of another size");
    for (uint64_t i = 0; i < run / 2; ++i) codebook.push_back(Finite(ReadFloat(section, f16)));
    for (uint64_t i = 0; i < run / 2; ++i) codebook.push_back(-codebook[i]);
  } else {  // ternary
    Require(tensor.form == 4, "unknown form");
    Require(tensor.codebook_entries == 3 && z == 1, "ternary codebook of another size");
    const float s = Finite(ReadFloat(section, f16));
    codebook.push_back(s);
    codebook.push_back(-s);
  }
  return codebook;
}

// Chapter 3, **Hashed weights**.
std::vector<uint16_t> ReadHashedWeight(const Tensor& tensor, Bytes codes_stream,
                                       Bytes gaps_stream) {
  Require(codes_stream.size() == 4 && gaps_stream.empty(), "streams of a hashed weight");
  const uint32_t seed = ByteReader(codes_stream).Unsigned(4);
  const auto hash = [](uint32_t i, uint32_t s) {
    uint32_t h = s + 374761393u + 4u + i * 3266489917u;
    h = (h << 17 | h >> 15) * 668265263u;
    h = (h ^ h >> 15) * 2246822519u;
    h = (h ^ h >> 13) * 3266489917u;
    return h ^ h >> 16;
  };
  const auto table = static_cast<uint32_t>(tensor.codebook_entries / 2);
  std::vector<uint16_t> codes;
  for (uint32_t i = 0; i < tensor.elements; ++i) {
    const uint32_t negative = hash(i, seed + 1) % 2;
    codes.push_back(static_cast<uint16_t>(hash(i, seed) % table + negative * table));
  }
  return codes;
}

// Chapter 3: the elements of a plain tensor, taken from the values section.
std::vector<float> ReadValues(const Tensor& tensor, ByteReader* section) {
  const bool f16 = tensor.form == 1;
  std::vector<bool> is_zero(tensor.value_bytes > 0 ? 0 : tensor.elements, false);
  ByteReader reader(
      section->Take(tensor.value_bytes > 0 ? tensor.value_bytes : tensor.elements * (f16 ? 2 : 4)));
  if (tensor.value_bytes > 0) {  // **Values without zeros**
    BitReader bits(reader.rest());
    is_zero = ReadRuns(&bits, tensor.elements);
    reader = ByteReader(bits.RestAfterPadding());
  }
  std::vector<float> values;
  for (const bool zero : is_zero) values.push_back(zero ? 0.0f : ReadFloat(&reader, f16));
  Require(reader.empty(), "bytes left over in values");
  return values;
}

}  // namespace dcz
