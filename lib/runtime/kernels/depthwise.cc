#include "runtime/kernels/depthwise.h"

#include "runtime/kernels/short_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/depthwise.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/not_a_number-inl.h"
#include "runtime/kernels/shift_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
constexpr bool kHasMasks = true;
#else
constexpr bool kHasMasks = false;
#endif

// Where the values of one row of a phase come from: element i is input (i - first) * stride + input
// for first <= i < last, and zero elsewhere.
struct PhaseRow {
  PhaseRow() = default;
  PhaseRow(const DepthwiseAxis& axis, size_t phase, size_t used) {
    first = phase >= axis.pad ? 0 : (axis.pad - phase + axis.stride - 1) / axis.stride;
    first = HWY_MIN(first, used);
    input = first * axis.stride + phase - axis.pad;
    last = input >= axis.in ? first : first + (axis.in - input + axis.stride - 1) / axis.stride;
    last = HWY_MIN(last, used);
  }
  size_t first, last, input;
};

// What is the same for all planes of a call. The first few phases and taps, which are all that most
// layers have, are found once.
struct Job {
  explicit Job(const DepthwiseShape& s)
      : shape(s), phases(s.phases()), phase_floats(s.PhaseFloats()), used(s.UsedFloats()) {
    pitch = phases * phase_floats;
    for (size_t phase = 0; phase < kKnown; ++phase) rows[phase] = PhaseRow(s.x, phase, used);
    for (size_t kx = 0; kx < kKnown; ++kx) offsets[kx] = FindOffset(kx);
  }
  PhaseRow Row(size_t phase) const {
    return phase < kKnown ? rows[phase] : PhaseRow(shape.x, phase, used);
  }
  // From the begin of a row of the copy to the values of a horizontal tap.
  size_t Offset(size_t kx) const { return kx < kKnown ? offsets[kx] : FindOffset(kx); }

  const DepthwiseShape& shape;
  size_t phases, phase_floats, used, pitch;

 private:
  size_t FindOffset(size_t kx) const {
    const size_t at = kx * shape.x.dilation;
    return at % shape.x.stride * phase_floats + at / shape.x.stride;
  }

  static constexpr size_t kKnown = 8;
  PhaseRow rows[kKnown];
  size_t offsets[kKnown];
};

// The filter of a plane, and what follows it.
struct Filter {
  Filter(const DepthwiseShape& shape, const float* filters, const Epilogue& epilogue, size_t f)
      : weights(filters + f * shape.taps()),
        bias(epilogue.bias[f]),
        low(epilogue.low),
        high(epilogue.high) {}
  const float* weights;
  float bias, low, high;

  HWY_ATTR HWY_INLINE V Finish(V sum) const {
    const D d;
    const V biased = hn::Add(sum, hn::Set(d, bias));
    return AtMost(hn::Set(d, high), AtLeast(hn::Set(d, low), biased));
  }
};

// Writes up to a vector beyond the row, where the next one begins.
HWY_ATTR HWY_INLINE void CopyPhase(const PhaseRow& from, const float* HWY_RESTRICT x, size_t stride,
                                   size_t used, float* HWY_RESTRICT to) {
  const D d;
  for (size_t i = 0; i < from.first; i += kLanes) hn::StoreU(hn::Zero(d), d, to + i);
  x += from.input;
  size_t i = from.first;
  if (stride == 1) {
    for (; i < from.last; i += kLanes, x += kLanes) hn::StoreU(hn::LoadU(d, x), d, to + i);
  } else if (stride == 2) {
    for (; i < from.last; i += kLanes, x += 2 * kLanes) {
      V even, odd;
      hn::LoadInterleaved2(d, x, even, odd);
      hn::StoreU(even, d, to + i);
    }
  } else {
    for (; i < from.last; ++i, x += stride) to[i] = *x;
  }
  for (i = from.last; i < used; i += kLanes) hn::StoreU(hn::Zero(d), d, to + i);
}

// The rows of the copy that `outputs` output rows from `oy` on read.
HWY_ATTR void CopyStrip(const Job& job, size_t oy, size_t outputs, const float* x, float* copy) {
  const DepthwiseAxis &down = job.shape.y, &along = job.shape.x;
  const size_t rows = job.shape.CopyRows(outputs);
  const size_t first_line = oy * down.stride - down.pad;  // modulo 2^64
  for (size_t row = 0; row < rows; ++row) {
    const size_t line = first_line + row;
    for (size_t phase = 0; phase < job.phases; ++phase, copy += job.phase_floats) {
      if (line >= down.in) {
        ClearFloats(copy, job.used);
      } else {
        CopyPhase(job.Row(phase), x + line * along.in, along.stride, job.used, copy);
      }
    }
  }
}

// How many rows of outputs of a 3x3 filter are computed together: a vector of inputs is loaded once
// for all rows that it meets.
constexpr size_t kRows = DepthwiseShape::kLeastRows, kTaps = 3;

// Whether rows are computed together, from the input itself. Only targets whose masked loads read
// nothing outside the plane do it: they need no copy.
bool IsDirect(const DepthwiseShape& shape) {
  const DepthwiseAxis &down = shape.y, &along = shape.x;
  return kHasMasks && down.kernel == kTaps && along.kernel == kTaps && down.dilation == 1 &&
         along.dilation == 1 && down.stride == along.stride && down.stride <= 2 &&
         down.out >= kRows;
}

// The lanes of a vector that begins at `column` which are inside a row of `size` floats.
HWY_ATTR HWY_INLINE hn::Mask<D> Inside(int64_t column, int64_t size) {
  const D d;
  const auto lanes = [](int64_t n) {
    return static_cast<size_t>(HWY_MIN(HWY_MAX(n, int64_t{0}), static_cast<int64_t>(kLanes)));
  };
  return hn::AndNot(hn::FirstN(d, lanes(-column)), hn::FirstN(d, lanes(size - column)));
}

// The inputs of the taps of a row of the filter for the outputs from `at` on.
template <size_t kStride>
class TapLoader {
 public:
  HWY_ATTR TapLoader(const DepthwiseAxis& along, size_t at)
      : first_(static_cast<int64_t>(at * kStride) - static_cast<int64_t>(along.pad)) {
    for (size_t i = 0; i < kLoads; ++i) {
      masks_[i] = Inside(first_ + kStarts[i], static_cast<int64_t>(along.in));
    }
  }
  // `row` is where the row of inputs begins, with offset() added.
  HWY_ATTR HWY_INLINE void Load(const float* HWY_RESTRICT row, V* HWY_RESTRICT taps) const {
    const D d;
    V loaded[kLoads];
    for (size_t i = 0; i < kLoads; ++i) {
      loaded[i] = hn::MaskedLoad(masks_[i], d, row + kStarts[i]);
    }
    if constexpr (kStride == 1) {
      for (size_t i = 0; i < kTaps; ++i) taps[i] = loaded[i];
    } else {
      taps[0] = hn::ConcatEven(d, loaded[1], loaded[0]);
      taps[1] = hn::ConcatOdd(d, loaded[1], loaded[0]);
      taps[2] = hn::ConcatEven(d, loaded[3], loaded[2]);
    }
  }

  int64_t offset() const { return first_; }

 private:
  static constexpr size_t kLoads = kStride == 1 ? 3 : 4;
  static constexpr int64_t kWidth = kLanes;
  static constexpr int64_t kStarts[] = {0, kStride == 1 ? 1 : kWidth, 2, 2 + kWidth};
  int64_t first_;  // column of the first tap
  hn::Mask<D> masks_[kLoads];
};

template <size_t kStride>
HWY_ATTR void PlaneOfThree(const DepthwiseShape& shape, const Filter& filter,
                           const float* HWY_RESTRICT x, float* HWY_RESTRICT y) {
  const D d;
  // Copies, which writes to y cannot change.
  const size_t width = shape.x.out, height = shape.y.out, pad = shape.y.pad;
  const size_t in_width = shape.x.in, in_height = shape.y.in;
  const V bias = hn::Set(d, filter.bias);
  const V low = hn::Set(d, filter.low), high = hn::Set(d, filter.high);
  V weights[kTaps][kTaps];
  for (size_t i = 0; i < kTaps * kTaps; ++i) {
    weights[i / kTaps][i % kTaps] = hn::Set(d, filter.weights[i]);
  }
  // Rows between two visits of a column of vectors, whose lines stay in the first-level cache.
  constexpr size_t kBlock = 8 * kRows;
  for (size_t block = 0; block < height; block += kBlock) {
    const size_t end = HWY_MIN(block + kBlock, height);
    for (size_t at = 0; at < width; at += kLanes) {
      const TapLoader<kStride> loader(shape.x, at);
      const size_t count = HWY_MIN(kLanes, width - at);
      for (size_t done = block; done < end; done += kRows) {
        // The last rows may be computed twice.
        const size_t first = HWY_MIN(done, height - kRows);
        const size_t first_line = first * kStride - pad;  // modulo 2^64
        const float* HWY_RESTRICT from =
            x + (static_cast<int64_t>(first_line * in_width) + loader.offset());
        V sums[kRows];
        // All unrolled, so that sums and weights are registers.
        HWY_UNROLL(4)
        for (size_t r = 0; r < kRows; ++r) sums[r] = hn::Zero(d);
        HWY_UNROLL(9)
        for (size_t row = 0; row < (kRows - 1) * kStride + kTaps; ++row) {
          if (first_line + row >= in_height) continue;
          V taps[kTaps];
          loader.Load(from + row * in_width, taps);
          HWY_UNROLL(4)
          for (size_t r = 0; r < kRows; ++r) {
            // Else the row of outputs does not read this row of inputs.
            if (row >= r * kStride && row < r * kStride + kTaps) {
              HWY_UNROLL(3)
              for (size_t kx = 0; kx < kTaps; ++kx) {
                sums[r] = hn::MulAdd(weights[row - r * kStride][kx], taps[kx], sums[r]);
              }
            }
          }
        }
        HWY_UNROLL(4)
        for (size_t r = 0; r < kRows; ++r) {
          const V result = AtMost(high, AtLeast(low, hn::Add(sums[r], bias)));
          StoreFirst(result, count, y + (first + r) * width + at);
        }
      }
    }
  }
}

// A row of outputs of any filter, kVectors vectors at a time.
HWY_ATTR void AnyRow(const Job& job, const Filter& filter, const float* HWY_RESTRICT copy,
                     float* HWY_RESTRICT y) {
  constexpr size_t kVectors = 4;
  const D d;
  const DepthwiseAxis &down = job.shape.y, &along = job.shape.x;
  const size_t pitch = job.pitch * down.dilation;
  const LineVectors vectors(along.out);
  for (size_t v = 0; v < vectors.count; v += kVectors) {
    const size_t wide = HWY_MIN(kVectors, vectors.count - v);
    V sums[kVectors];
    for (size_t i = 0; i < kVectors; ++i) sums[i] = hn::Zero(d);
    for (size_t kx = 0; kx < along.kernel; ++kx) {
      const float* HWY_RESTRICT from = copy + job.Offset(kx) + v * kLanes;
      for (size_t ky = 0; ky < down.kernel; ++ky, from += pitch) {
        const V weight = hn::Set(d, filter.weights[ky * along.kernel + kx]);
        if (HWY_LIKELY(wide == kVectors)) {
          for (size_t i = 0; i < kVectors; ++i) {
            sums[i] = hn::MulAdd(weight, hn::LoadU(d, from + i * kLanes), sums[i]);
          }
        } else {
          sums[0] = hn::MulAdd(weight, hn::LoadU(d, from), sums[0]);
          if (wide > 1) sums[1] = hn::MulAdd(weight, hn::LoadU(d, from + kLanes), sums[1]);
          if (wide > 2) sums[2] = hn::MulAdd(weight, hn::LoadU(d, from + 2 * kLanes), sums[2]);
        }
      }
    }
    for (size_t i = 0; i < wide; ++i) {
      StoreFirst(filter.Finish(sums[i]), vectors.LastFloats(v + i + 1), y + (v + i) * kLanes);
    }
  }
}

// Filters [begin, end) for a single sample, by way of copies. The next strip is copied before this
// one is multiplied: loads that have to wait for what was just stored would cost more than the
// products.
HWY_ATTR void CopiedPlanes(const Job& job, size_t begin, size_t end, const float* filters,
                           const Epilogue& epilogue, const float* x, float* scratch, float* y) {
  const DepthwiseShape& shape = job.shape;
  const size_t most = shape.StripRows(), copy_floats = shape.CopyFloats();
  const size_t strips = (shape.y.out + most - 1) / most;
  size_t next_plane = begin, next_strip = 0;
  const auto rows_of = [&](size_t strip) { return HWY_MIN(most, shape.y.out - strip * most); };
  const auto copy_next = [&](size_t turn) HWY_ATTR {
    if (next_plane == end) return;
    CopyStrip(job, next_strip * most, rows_of(next_strip),
              x + next_plane / shape.filters_per_channel * shape.in_size(),
              scratch + turn * copy_floats);
    if (++next_strip == strips) next_strip = 0, ++next_plane;
  };
  size_t turn = 0;
  copy_next(turn);
  for (size_t f = begin; f < end; ++f) {
    const Filter filter(shape, filters, epilogue, f);
    float* out = y + f * shape.out_size();
    for (size_t strip = 0; strip < strips; ++strip, turn ^= 1) {
      copy_next(turn ^ 1);
      const float* copy = scratch + turn * copy_floats;
      for (size_t r = 0; r < rows_of(strip); ++r) {
        AnyRow(job, filter, copy + r * job.pitch * shape.y.stride,
               out + (strip * most + r) * shape.x.out);
      }
    }
  }
}

// The taps of output o that are inside the plane.
struct Taps {
  Taps(const DepthwiseAxis& axis, size_t o) {
    const size_t at = o * axis.stride;
    first = at >= axis.pad ? 0 : (axis.pad - at + axis.dilation - 1) / axis.dilation;
    const size_t end = axis.in + axis.pad;
    last = at >= end ? 0 : HWY_MIN(axis.kernel, (end - at + axis.dilation - 1) / axis.dilation);
    first = HWY_MIN(first, last);
    input = at + first * axis.dilation - axis.pad;
  }
  size_t first, last, input;
};

// One output of kVectors vectors of samples; x is the input of the first tap.
template <size_t kVectors>
HWY_ATTR void OneOutput(const DepthwiseShape& shape, const Filter& filter, const Taps& ty,
                        const Taps& tx, const float* HWY_RESTRICT x, float* HWY_RESTRICT y) {
  const D d;
  V sums[kVectors];
  for (size_t i = 0; i < kVectors; ++i) sums[i] = hn::Zero(d);
  for (size_t ky = ty.first; ky < ty.last; ++ky) {
    const float* HWY_RESTRICT from = x;
    for (size_t kx = tx.first; kx < tx.last; ++kx) {
      const V weight = hn::Set(d, filter.weights[ky * shape.x.kernel + kx]);
      for (size_t i = 0; i < kVectors; ++i) {
        sums[i] = hn::MulAdd(weight, hn::LoadU(d, from + i * kLanes), sums[i]);
      }
      from += shape.x.dilation * shape.lanes;
    }
    x += shape.y.dilation * shape.x.in * shape.lanes;
  }
  for (size_t i = 0; i < kVectors; ++i) hn::StoreU(filter.Finish(sums[i]), d, y + i * kLanes);
}

HWY_ATTR void Samples(const DepthwiseShape& shape, const Filter& filter, const float* x, float* y) {
  constexpr size_t kVectors = 4;
  for (size_t oy = 0; oy < shape.y.out; ++oy) {
    const Taps ty(shape.y, oy);
    for (size_t ox = 0; ox < shape.x.out; ++ox, y += shape.lanes) {
      const Taps tx(shape.x, ox);
      const float* from = x + (ty.input * shape.x.in + tx.input) * shape.lanes;
      size_t l = 0;
      for (; l + kVectors * kLanes <= shape.lanes; l += kVectors * kLanes) {
        OneOutput<kVectors>(shape, filter, ty, tx, from + l, y + l);
      }
      for (; l < shape.lanes; l += kLanes) OneOutput<1>(shape, filter, ty, tx, from + l, y + l);
    }
  }
}

}  // namespace

HWY_ATTR void DepthwisePlanesTarget(const DepthwiseShape& shape, size_t begin, size_t end,
                                    const float* filters, const Epilogue& epilogue, const float* x,
                                    float* scratch, float* y) {
  const bool direct = IsDirect(shape);
  if (shape.lanes == 1 && !direct) {
    CopiedPlanes(Job(shape), begin, end, filters, epilogue, x, scratch, y);
    return;
  }
  for (size_t f = begin; f < end; ++f) {
    const Filter filter(shape, filters, epilogue, f);
    const float* in = x + f / shape.filters_per_channel * shape.in_size();
    float* out = y + f * shape.out_size();
    // Without masks, single samples do not come here.
    if (!kHasMasks || shape.lanes > 1) {
      Samples(shape, filter, in, out);
    } else {
      (shape.x.stride == 1 ? PlaneOfThree<1> : PlaneOfThree<2>)(shape, filter, in, out);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(DepthwisePlanesTarget);

void DepthwisePlanesSimd(const DepthwiseShape& shape, size_t begin, size_t end,
                         const float* filters, const Epilogue& epilogue, const float* x,
                         float* scratch, float* y) {
  HWY_DYNAMIC_DISPATCH(DepthwisePlanesTarget)
  (shape, begin, end, filters, epilogue, x, scratch, y);
}

}  // namespace dc::runtime
#endif
