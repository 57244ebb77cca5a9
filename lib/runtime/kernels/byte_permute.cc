#include "runtime/kernels/byte_permute.h"

#include "base/cpu.h"

#if defined(__x86_64__) && defined(__GNUC__)

// g++ 12 takes the undefined vectors of its own intrinsics for mistakes of their callers (its bug
// 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>

namespace dc::runtime {
namespace {

// Highway has these instructions for a target of its own, for which every kernel would be compiled
// once more.
#define DC_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")))

using Word = ByteMatrix::Word;

// What one word adds to the sums of the first 16 rows and of the others.
DC_VNNI inline void AddWord(const Word& word, __m512i x, __m512i numbers, __m512i* low,
                            __m512i* high) {
  constexpr size_t kHalfBytes = ByteMatrix::kHalf * ByteMatrix::kSlots;
  const __m512i first = _mm512_load_si512(word.columns.data());
  const __m512i second = _mm512_load_si512(word.columns.data() + kHalfBytes);
  // Lookups take the low six bits of an index. The numbers are there four times, so that the bits
  // above a code's four do not matter.
  const __m512i codes = _mm512_load_si512(word.codes.data());
  const __m512i high_codes = _mm512_srli_epi16(codes, 4);
  *low = _mm512_dpbusd_epi32(*low, _mm512_permutexvar_epi8(first, x),
                             _mm512_permutexvar_epi8(codes, numbers));
  *high = _mm512_dpbusd_epi32(*high, _mm512_permutexvar_epi8(second, x),
                              _mm512_permutexvar_epi8(high_codes, numbers));
}

}  // namespace

DC_VNNI ByteRange QuantizeBytesSimd(const float* x, size_t count, uint8_t* bytes) {
  constexpr size_t kLanes = 16;
  constexpr float kSteps = 255;
  __m512 least = _mm512_setzero_ps(), most = least;
  const auto mask = [&](size_t i) {
    return static_cast<__mmask16>(count - i >= kLanes ? 0xFFFFu : (1u << (count - i)) - 1);
  };
  for (size_t i = 0; i < count; i += kLanes) {
    const __m512 v = _mm512_maskz_loadu_ps(mask(i), x + i);
    least = _mm512_min_ps(least, v);
    most = _mm512_max_ps(most, v);
  }
  const float low = _mm512_reduce_min_ps(least), high = _mm512_reduce_max_ps(most);
  ByteRange range;
  const float half = high / kSteps * 0.5f - low / kSteps * 0.5f;
  if (half > 0) range.scale = 2 * half;
  const float inverse = 1 / range.scale;
  range.zero = _mm_cvtss_si32(_mm_set_ss(-low * inverse));
  const __m512i zero = _mm512_set1_epi32(range.zero);
  const __m512i none = _mm512_setzero_si512();
  const size_t whole = (count + ByteMatrix::kColumns - 1) / ByteMatrix::kColumns;
  for (size_t i = 0; i < whole * ByteMatrix::kColumns; i += kLanes) {
    __m128i packed = _mm_setzero_si128();
    if (i < count) {
      const __m512 v = _mm512_maskz_loadu_ps(mask(i), x + i);
      const __m512i nearest = _mm512_cvtps_epi32(_mm512_mul_ps(v, _mm512_set1_ps(inverse)));
      const __m512i number = _mm512_max_epi32(_mm512_add_epi32(nearest, zero), none);
      packed = _mm512_maskz_cvtusepi32_epi8(mask(i), number);
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes + i), packed);
  }
  return range;
}

DC_VNNI void BytePermuteSimd(const ByteMatrix& w, size_t first_slice, size_t last_slice,
                             const uint8_t* bytes, const ByteRange& range, const Epilogue& epilogue,
                             float* y) {
  const __m512i numbers =
      _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(w.numbers.data())));
  const float scale = range.scale * w.scale;
  // The words of a block reach the cache before they are needed.
  constexpr size_t kAhead = 16;
  for (size_t slice = first_slice; slice < last_slice; ++slice) {
    const size_t words = w.words(slice);
    const Word* word = w.slots.data() + w.slice_begin[slice];
    // Two chains each: one takes longer for a sum than its lookups do.
    __m512i low = _mm512_setzero_si512(), high = low, low2 = low, high2 = low;
    for (size_t block = 0; block < w.blocks && words > 0; ++block) {
      const __m512i x = _mm512_loadu_si512(bytes + block * ByteMatrix::kColumns);
      size_t i = 0;
      for (; i + 2 <= words; i += 2, word += 2) {
        for (size_t line = 0; line < 2 * sizeof(Word); line += 64) {
          _mm_prefetch(reinterpret_cast<const char*>(word + kAhead) + line, _MM_HINT_T0);
        }
        AddWord(word[0], x, numbers, &low, &high);
        AddWord(word[1], x, numbers, &low2, &high2);
      }
      if (i < words) {
        for (size_t line = 0; line < sizeof(Word); line += 64) {
          _mm_prefetch(reinterpret_cast<const char*>(word + kAhead) + line, _MM_HINT_T0);
        }
        AddWord(*word++, x, numbers, &low, &high);
      }
    }
    alignas(64) int32_t sums[ByteMatrix::kRows];
    _mm512_store_si512(sums, _mm512_add_epi32(low, low2));
    _mm512_store_si512(sums + ByteMatrix::kHalf, _mm512_add_epi32(high, high2));
    for (size_t lane = 0; lane < ByteMatrix::kRows; ++lane) {
      const size_t slot = slice * ByteMatrix::kRows + lane;
      const uint32_t row = w.slot_rows[slot];
      if (row == w.rows) continue;
      const int32_t sum = sums[lane] - range.zero * w.row_sums[slot];
      y[row] = epilogue(row, scale * static_cast<float>(sum));
    }
  }
}

bool BytePermuteIsFast() { return HasByteProducts(); }

}  // namespace dc::runtime

#else

namespace dc::runtime {

ByteRange QuantizeBytesSimd(const float* x, size_t count, uint8_t* bytes) {
  return QuantizeBytesRef(x, count, bytes);
}

void BytePermuteSimd(const ByteMatrix& w, size_t first_slice, size_t last_slice,
                     const uint8_t* bytes, const ByteRange& range, const Epilogue& epilogue,
                     float* y) {
  BytePermuteRef(w, first_slice, last_slice, bytes, range, epilogue, y);
}

bool BytePermuteIsFast() { return false; }

}  // namespace dc::runtime

#endif
