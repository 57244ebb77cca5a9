#include "context_coder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace dcz {

namespace {

// Chapter 5, **Range decoder**.
class RangeDecoder {
 public:
  explicit RangeDecoder(Bytes stream) : stream_(stream) {
    Require(stream.empty() || stream.back() != 0, "context stream that ends with a zero");
    for (int i = 0; i < 8; ++i) ReadByte();
  }

  // A bit whose probability of being 1 is p / 65536.
  bool Bit(uint64_t p) {
    const uint64_t b = (range_ >> 16) * p;
    const bool bit = value_ < b;
    range_ = bit ? b : range_ - b;
    value_ = bit ? value_ : value_ - b;
    if (range_ >> 32 == 0) {
      range_ <<= 32;
      for (int i = 0; i < 4; ++i) ReadByte();
    }
    return bit;
  }

  void RequireEnd() const { Require(at_ >= stream_.size(), "bytes left over"); }

 private:
  void ReadByte() {
    value_ = value_ << 8 | (at_ < stream_.size() ? stream_[at_] : 0);
    ++at_;
  }

  Bytes stream_;
  size_t at_ = 0;
  uint64_t range_ = ~uint64_t{0}, value_ = 0;
};

// Chapter 5, **Estimates**. A shift to the right rounds towards minus infinity.
struct Estimate {
  int64_t p = 1 << 21, c = 0;

  void Learn(bool bit) {
    const int64_t target = bit ? (1 << 22) - 1 : 0;
    p += ((target - p) * (131072 / (2 * c + 3))) >> 16;
    c = std::min<int64_t>(c + 1, 1023);
  }
};

// Chapter 5, **Mixing**: a bit from some estimates and their weights.
template <size_t kCount>
bool ReadMixedBit(RangeDecoder* decoder, const std::array<Estimate*, kCount>& estimates,
                  std::array<int64_t, kCount>* weights, int r) {
  std::array<int64_t, kCount> log_odds;
  int64_t sum = 0;
  for (size_t i = 0; i < kCount; ++i) {
    const double a = static_cast<double>(estimates[i]->p >> 10) + 0.5;
    log_odds[i] = std::lround(128 * std::log(a / (4096 - a)));
    sum += (*weights)[i] * log_odds[i];
  }
  const int64_t x = std::clamp<int64_t>(sum >> 16, -1408, 1408);
  const int64_t p = std::lround(65536 / (1 + std::exp(static_cast<double>(-x) / 128)));
  const bool bit = decoder->Bit(static_cast<uint64_t>(p));
  for (size_t i = 0; i < kCount; ++i) {
    (*weights)[i] += (log_odds[i] * ((bit ? 65536 : 0) - p) + (int64_t{1} << (r - 1))) >> r;
    estimates[i]->Learn(bit);
  }
  return bit;
}

// Chapter 5, *Counts*: the level of h ones among n bits.
size_t CountsLevel(uint64_t h, uint64_t n) {
  const uint64_t d = (2 * h + 1) * 32768 / (n + 1);
  if (d < 256) return 0;
  const uint64_t o = static_cast<uint64_t>(std::bit_width(d)) - 1;
  return std::min<uint64_t>(1 + 2 * (o - 8) + (d >> (o - 1)) % 2, 16);
}

}  // namespace

// Chapter 5, **Bitmasks**.
Places ReadContextBitmask(Bytes stream, const Matrix& matrix) {
  const uint64_t columns = matrix.columns;
  std::vector<uint8_t> mask(matrix.rows * columns, 0);
  std::vector<size_t> column_level(columns, 15);
  std::vector<uint64_t> column_ones(columns, 0);
  std::vector<Estimate> neighbourhoods(64 * 16 * 2 * 2), counts(17 * 17 * 2 * 2);
  std::array<int64_t, 2> weights = {32768, 32768};
  RangeDecoder decoder(stream);
  Places places;
  uint64_t rows_seen = 0;
  for (const uint32_t row : matrix.rows_left) {
    const uint8_t* above = row > 0 ? &mask[(row - 1) * columns] : nullptr;
    const uint8_t* above_that = row > 1 ? &mask[(row - 2) * columns] : nullptr;
    uint8_t* bits = &mask[row * columns];
    std::array<size_t, 4> last = {0, 0, 0, 0};  // l1 to l4
    size_t row_level = 15;
    uint64_t row_ones = 0, bits_seen = 0, kernel_ones = 0, kernel = 0;
    ++rows_seen;
    for (const uint32_t c : matrix.columns_left) {
      const size_t u1 = above ? above[c] : 0, u2 = above_that ? above_that[c] : 0;
      size_t left = last[0];
      size_t neighbourhood =
          64 * last[0] + 4 * (last[0] + last[1] + last[2] + last[3]) + 32 * u1 + u1 + u2;
      if (matrix.kernel > 1) {
        const size_t a = c % matrix.kernel;
        if (c / matrix.kernel != kernel) kernel_ones = 0;
        kernel = c / matrix.kernel;
        const size_t k = std::min<size_t>(kernel_ones, 15);
        const size_t l = a % matrix.kernel_line > 0 ? bits[c - 1] : 0;
        const size_t u = a >= matrix.kernel_line ? bits[c - matrix.kernel_line] : 0;
        neighbourhood = ((std::min<size_t>(a, 63) * 16 + k) * 2 + l) * 2 + u;
        left = c > 0 ? bits[c - 1] : 0;
      }
      const size_t count = ((column_level[c] * 17 + row_level) * 2 + left) * 2 + u1;
      const bool bit =
          ReadMixedBit<2>(&decoder, {&neighbourhoods[neighbourhood], &counts[count]}, &weights, 16);
      bits[c] = bit;
      last = {bit, last[0], last[1], last[2]};
      kernel_ones += bit;
      row_ones += bit;
      column_ones[c] += bit;
      ++bits_seen;
      if (bit) places.push_back(static_cast<uint32_t>(row * columns + c));
      if (bit) column_level[c] = CountsLevel(column_ones[c], rows_seen);
      if (bit || bits_seen % 16 == 0) row_level = CountsLevel(row_ones, bits_seen);
    }
    for (size_t c = 0; c < columns && rows_seen % 16 == 0; ++c) {
      column_level[c] = CountsLevel(column_ones[c], rows_seen);
    }
  }
  decoder.RequireEnd();
  return places;
}

// Chapter 5, **Codes**: the code of each of the `places`.
Symbols ReadContextCodes(Bytes stream, const Matrix& matrix, bool dense, const Places& places,
                         const std::vector<float>& codebook) {
  const size_t m = codebook.size() - (dense ? 0 : 1);
  Require(m > 0 && codebook.size() <= 1024, "codebook of a size that cannot be");
  std::vector<uint32_t> code_of(m), by_magnitude(m), size_of(m);  // of ranks; ranks; of ranks
  std::iota(code_of.begin(), code_of.end(), dense ? 0u : 1u);
  std::stable_sort(code_of.begin(), code_of.end(),
                   [&](uint32_t a, uint32_t b) { return codebook[a] < codebook[b]; });
  std::iota(by_magnitude.begin(), by_magnitude.end(), 0u);
  std::stable_sort(by_magnitude.begin(), by_magnitude.end(), [&](uint32_t a, uint32_t b) {
    return std::fabs(codebook[code_of[a]]) < std::fabs(codebook[code_of[b]]);
  });
  for (uint32_t i = 0; i < m; ++i) size_of[by_magnitude[i]] = i;

  struct Sum {
    uint64_t sizes = 0, count = 0;  // S and n
  };
  constexpr size_t kPrefixes = 1024;  // of the at most 10 bits of a rank, behind a one
  std::vector<Estimate> by_prefix(kPrefixes), by_class(kPrefixes * 6 * 6), by_level(kPrefixes * 7);
  std::array<std::array<int64_t, 3>, 10> weights;
  weights.fill({26214, 26214, 26214});
  std::vector<uint8_t> class_of(matrix.rows * matrix.columns, 0);
  std::vector<Sum> column_sums(matrix.columns);
  Sum row_sum, sum;
  uint64_t row_of_sum = 0, mu = 8 * m + 1;
  const size_t rank_bits = static_cast<size_t>(std::bit_width(m - 1));
  RangeDecoder decoder(stream);
  Symbols codes;
  for (const uint32_t place : places) {
    const uint64_t row = place / matrix.columns, c = place % matrix.columns;
    const uint64_t a = c % matrix.kernel;
    if (row != row_of_sum) row_sum = {};
    row_of_sum = row;
    Sum& column_sum = column_sums[c];

    const bool one = matrix.kernel == 1;
    const bool has_left = one ? c > 0 : a % matrix.kernel_line > 0;
    const bool has_above = one ? row > 0 : a >= matrix.kernel_line;
    const size_t left = has_left ? class_of[place - 1] : 0;
    const size_t above =
        has_above ? class_of[place - (one ? matrix.columns : matrix.kernel_line)] : 0;
    size_t level = 0;
    for (const uint64_t b : {9, 12, 15, 17, 20, 26}) {
      level += 16 * (16 * (row_sum.sizes + column_sum.sizes) + 8 * mu) >=
               b * (row_sum.count + column_sum.count + 8) * mu;
    }

    size_t prefix = 1;  // the bits of this rank before, behind a one
    for (size_t i = 0; i < rank_bits; ++i) {
      const bool bit =
          ReadMixedBit<3>(&decoder,
                          {&by_prefix[prefix], &by_class[(prefix * 6 + left) * 6 + above],
                           &by_level[prefix * 7 + level]},
                          &weights[i], 14);
      prefix = 2 * prefix + bit;
    }
    const size_t rank = prefix - (size_t{1} << rank_bits);
    Require(rank < m, "code outside the codebook");
    codes.push_back(code_of[rank]);
    class_of[place] = static_cast<uint8_t>(1 + 5 * rank / m);
    for (Sum* each : {&row_sum, &column_sum, &sum}) {
      each->sizes += size_of[rank];
      ++each->count;
    }
    if (sum.count % 64 == 1) mu = 16 * sum.sizes / sum.count + 1;
  }
  decoder.RequireEnd();
  return codes;
}

}  // namespace dcz
