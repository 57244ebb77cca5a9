#include "runtime/kernels/sparse_shift.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "hwy/cache_control.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/sparse_shift.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/not_a_number-inl.h"
#include "runtime/kernels/shift_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

// Everything that stays the same over the tiles of a call.
template <typename Entry>
struct Job {
  const CsbMatrix& w;
  const Entry* entries;
  const Shift& shift;
  // Without offsets: column c of a block lies c units after its first.
  const uint32_t* numbers;
  const float* bias = nullptr;  // of the band; what the sums of its rows begin with
  float low = Epilogue().low, high = Epilogue().high;
};

// One tile of kVectors vectors, the last of which has `last_floats` floats, at x and, for row r of
// the band, at y + r * y_row_stride, for all rows of a band.
template <size_t kVectors, typename Entry>
HWY_ATTR void Tile(const Job<Entry>& job, size_t band, size_t last_floats, const float* x,
                   float* y) {
  const D d;
  const CsbMatrix& w = job.w;
  const Shift& shift = job.shift;
  const size_t first_row = w.band_begin[band], height = w.band_begin[band + 1] - first_row;
  const V lo = hn::Set(d, job.low), hi = hn::Set(d, job.high);
  const float* HWY_RESTRICT codebook = w.codebook.data();
  for (size_t block = 0; block < w.blocks; ++block) {
    const size_t first_column = block * w.block_columns;
    const uint32_t* HWY_RESTRICT offsets =
        shift.offsets ? shift.offsets + first_column : job.numbers;
    const float* HWY_RESTRICT x_block = shift.offsets ? x : x + first_column * shift.unit;
    const uint16_t* HWY_RESTRICT order = w.order.data() + first_row * w.blocks + block * height;
    const uint8_t* HWY_RESTRICT counts = w.counts.data() + first_row * w.blocks + block * height;
    const uint64_t begin = w.entry_begin[band * w.blocks + block];
    const Entry* HWY_RESTRICT entries = job.entries + begin;
    const bool is_first = block == 0, is_last = block + 1 == w.blocks;
    for (size_t i = 0; i < height; ++i) {
      const size_t count = counts[i];
      // Rows without survivors come last.
      if (count == 0 && !is_first && !is_last) break;
      float* HWY_RESTRICT out = y + order[i] * shift.y_row_stride;
      if (!shift.offsets && !is_last) {
        // A part of the next block's inputs, which lie in an outer cache.
        hwy::Prefetch(x_block + w.block_columns * shift.unit + i * kLanes);
      }
      V sums[kVectors];
      if (is_first) {
        const V bias = hn::Set(d, job.bias[order[i]]);
        for (size_t v = 0; v < kVectors; ++v) sums[v] = bias;
      } else {
        for (size_t v = 0; v + 1 < kVectors; ++v) sums[v] = hn::LoadU(d, out + v * kLanes);
        sums[kVectors - 1] = LoadFirst(out + (kVectors - 1) * kLanes, last_floats);
      }
      for (size_t e = 0; e < count; ++e) {
        const uint32_t entry = entries[e];
        const V value = hn::Set(d, codebook[entry >> CsbMatrix::kColumnBits]);
        const float* HWY_RESTRICT shifted =
            x_block + offsets[entry & CsbMatrix::kColumnMask] * shift.unit;
        for (size_t v = 0; v < kVectors; ++v) {
          sums[v] = hn::MulAdd(value, hn::LoadU(d, shifted + v * kLanes), sums[v]);
        }
      }
      entries += count;
      if (is_last) {
        for (size_t v = 0; v < kVectors; ++v) sums[v] = AtMost(hi, AtLeast(lo, sums[v]));
      }
      for (size_t v = 0; v + 1 < kVectors; ++v) hn::StoreU(sums[v], d, out + v * kLanes);
      StoreFirst(sums[kVectors - 1], last_floats, out + (kVectors - 1) * kLanes);
    }
  }
}

template <typename Entry>
using TileFunction = void (*)(const Job<Entry>&, size_t, size_t, const float*, float*);

// The numbers of vectors that tiles have, the most first and 1 last. Every survivor of a row is met
// by as many multiply-adds, whose sums stay in registers throughout a block; one more holds the
// centroid. Each is code: fewer where there is less to gain, as codes of 16 bits are rare, and so
// are machines without AVX2.
template <typename Entry>
constexpr auto Widths() {
  if constexpr (sizeof(Entry) > 2 && (kForSize || !kManyRegisters)) {
    return std::index_sequence<1>();
  } else if constexpr (sizeof(Entry) > 2 || HWY_TARGET == HWY_SSE4) {
    return std::index_sequence<4, 1>();
  } else if constexpr (kForSize) {
    return std::index_sequence<8, 4, 2, 1>();
  } else if constexpr (kManyRegisters) {
    return std::index_sequence<14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1>();
  } else {
    return std::index_sequence<12, 10, 8, 6, 4, 3, 2, 1>();
  }
}

template <typename Entry>
struct SizedTile {
  size_t width;
  TileFunction<Entry> run;
};

template <typename Entry, size_t... kWidth>
constexpr std::array<SizedTile<Entry>, sizeof...(kWidth)> Tiles(std::index_sequence<kWidth...>) {
  return {SizedTile<Entry>{kWidth, Tile<kWidth, Entry>}...};
}

// One line of a band, in tiles of about the same width.
template <typename Entry>
HWY_ATTR void Line(const Job<Entry>& job, size_t band, const float* x, float* y) {
  static constexpr auto kTiles = Tiles<Entry>(Widths<Entry>());
  constexpr size_t kMost = kTiles[0].width;
  const LineVectors vectors(job.shift.length);
  size_t from = 0;
  while (from < vectors.count) {
    const size_t rest = vectors.count - from;
    const size_t tiles = (rest + kMost - 1) / kMost;
    const size_t wanted = (rest + tiles - 1) / tiles;
    size_t i = 0;
    while (kTiles[i].width > wanted) ++i;
    const size_t to = from + kTiles[i].width;
    kTiles[i].run(job, band, vectors.LastFloats(to), x + from * kLanes, y + from * kLanes);
    from = to;
  }
}

// The epilogue of a band whose outputs are plain sums: apart from the tiles, which are as fast as
// they are because their registers hold nothing else.
HWY_ATTR HWY_NOINLINE void FinishBand(const CsbMatrix& w, size_t band, const Shift& shift,
                                      const Epilogue& epilogue) {
  const D d;
  const V lo = hn::Set(d, epilogue.low), hi = hn::Set(d, epilogue.high);
  const LineVectors vectors(shift.length);
  for (size_t row = w.band_begin[band]; row < w.band_begin[band + 1]; ++row) {
    const V scale = hn::Set(d, epilogue.scale[row]), bias = hn::Set(d, epilogue.bias[row]);
    for (size_t line = 0; line < shift.lines; ++line) {
      float* y = shift.Y(row, line);
      for (size_t v = 0; v < vectors.count; ++v, y += kLanes) {
        const size_t count = vectors.LastFloats(v + 1);
        const V sum = LoadFirst(y, count);
        StoreFirst(AtMost(hi, AtLeast(lo, hn::MulAdd(sum, scale, bias))), count, y);
      }
    }
  }
}

template <typename Entry>
HWY_ATTR void Bands(Job<Entry> job, size_t first_band, size_t last_band, const Epilogue& epilogue) {
  const Shift& shift = job.shift;
  float zeros[CsbShape::kMaxBandRows];
  if (epilogue.has_scale()) {
    std::fill(zeros, zeros + CsbShape::kMaxBandRows, 0.0f);
  } else {
    job.low = epilogue.low;
    job.high = epilogue.high;
  }
  for (size_t band = first_band; band < last_band; ++band) {
    job.bias = epilogue.has_scale() ? zeros : epilogue.bias + job.w.band_begin[band];
    for (size_t line = 0; line < shift.lines; ++line) {
      Line(job, band, shift.x + line * shift.x_pitch, shift.Y(job.w.band_begin[band], line));
    }
    if (epilogue.has_scale()) FinishBand(job.w, band, shift, epilogue);
  }
}

}  // namespace

HWY_ATTR void SparseShiftTarget(const CsbMatrix& w, size_t first_band, size_t last_band,
                                const Shift& shift, const Epilogue& epilogue) {
  uint32_t numbers[CsbShape::kMaxBlockColumns];
  if (!shift.offsets) std::iota(numbers, numbers + CsbShape::kMaxBlockColumns, 0u);
  if (w.entries32.empty()) {
    Bands<uint16_t>({w, w.entries16.data(), shift, numbers}, first_band, last_band, epilogue);
  } else {
    Bands<uint32_t>({w, w.entries32.data(), shift, numbers}, first_band, last_band, epilogue);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(SparseShiftTarget);

void SparseShiftSimd(const CsbMatrix& w, size_t first_band, size_t last_band, const Shift& shift,
                     const Epilogue& epilogue) {
  HWY_DYNAMIC_DISPATCH(SparseShiftTarget)(w, first_band, last_band, shift, epilogue);
}

}  // namespace dc::runtime
#endif
