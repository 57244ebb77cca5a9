#include <cstring>

#include "runtime/kernels/winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/winograd_input.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/winograd_points-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

#if DC_HAS_WINOGRAD

namespace {

// B^T d: the coefficients of the polynomials that vanish in all other points.
HWY_ATTR HWY_INLINE void InputPoints(const V d[kSide], V v[kSide]) {
  v[0] = hn::Add(AddTimes(d[0], -(kASquare + kBSquare), d[2]), d[4]);
  const V even_a = AddTimes(d[4], -kBSquare, d[2]);
  const V odd_a = Times(kA, AddTimes(d[3], -kBSquare, d[1]));
  v[1] = hn::Add(even_a, odd_a);
  v[2] = hn::Sub(even_a, odd_a);
  const V even_b = AddTimes(d[4], -kASquare, d[2]);
  const V odd_b = Times(kB, AddTimes(d[3], -kASquare, d[1]));
  v[3] = hn::Add(even_b, odd_b);
  v[4] = hn::Sub(even_b, odd_b);
  v[5] = hn::Add(AddTimes(d[1], -(kASquare + kBSquare), d[3]), d[5]);
}

// Calls body(line, to) for the rows of the plane that the tiles read: `line` is null outside, `to`
// where its first input belongs.
template <class Body>
HWY_ATTR HWY_INLINE void ForRows(const WinogradInput& input, float* phases, const Body& body) {
  const size_t rows = (input.lines - 1) * kOutputs + kSide;
  for (size_t row = 0; row < rows; ++row) {
    const int64_t y = input.first_y + static_cast<int64_t>(row);
    const bool inside = y >= 0 && y < static_cast<int64_t>(input.height);
    body(inside ? input.plane + static_cast<size_t>(y) * input.width * input.lanes : nullptr,
         phases + row % kOutputs * kSide * input.phase() +
             row / kOutputs * input.places * input.lanes);
  }
}

// Copies input first_x + place * outputs + x of every place.
HWY_ATTR void SortLine(const WinogradInput& input, const float* line, size_t x, float* to) {
  const size_t lanes = input.lanes;
  int64_t at = input.first_x + static_cast<int64_t>(x);
  for (size_t place = 0; place < input.places; ++place, to += lanes) {
    const bool inside = line != nullptr && at >= 0 && at < static_cast<int64_t>(input.width);
    for (size_t lane = 0; lane < lanes; ++lane) {
      to[lane] = inside ? line[static_cast<size_t>(at) * lanes + lane] : 0.0f;
    }
    at += static_cast<int64_t>(kOutputs);
  }
}

HWY_ATTR void Sort(const WinogradInput& input, float* phases) {
  ForRows(input, phases, [&](const float* line, float* to) HWY_ATTR {
    for (size_t x = 0; x < kSide; ++x) SortLine(input, line, x, to + x * input.phase());
  });
}

// The same for one sample and tiles that are 4 apart: a place reads what 4 vectors hold and two
// inputs of the next place.
HWY_ATTR void SortByFour(const WinogradInput& input, float* phases) {
  const D d;
  const size_t phase = input.phase(), places = input.places;
  const int64_t width = static_cast<int64_t>(input.width);
  constexpr int64_t kRead = 4 * kLanes;
  ForRows(input, phases, [&](const float* line, float* to) HWY_ATTR {
    for (size_t place = 0; place < places; place += kLanes) {
      const int64_t x = input.first_x + static_cast<int64_t>(4 * place);
      HWY_ALIGN float edge[kRead];
      const bool whole = line != nullptr && x >= 0 && x + kRead <= width;
      const float* from = whole ? line + x : edge;
      if (!whole) {
        const int64_t first = HWY_MAX(x, 0), last = HWY_MIN(x + kRead, width);
        for (size_t i = 0; i < 4; ++i) hn::Store(hn::Zero(d), d, edge + i * kLanes);
        if (line != nullptr && first < last) {
          std::memcpy(edge + (first - x), line + first,
                      static_cast<size_t>(last - first) * sizeof(float));
        }
      }
      V v0, v1, v2, v3;
      hn::LoadInterleaved4(d, from, v0, v1, v2, v3);
      hn::StoreU(v0, d, to + place);
      hn::StoreU(v1, d, to + phase + place);
      hn::StoreU(v2, d, to + 2 * phase + place);
      hn::StoreU(v3, d, to + 3 * phase + place);
    }
  });
  for (size_t row = 0; row < 4; ++row) {
    for (size_t x = 4; x < kSide; ++x) {
      const float* from = phases + (row * kSide + x - 4) * phase + 1;
      float* to = phases + (row * kSide + x) * phase;
      const size_t count = (input.lines + (row < kSide - 4)) * places;
      for (size_t i = 0; i < count; i += kLanes) hn::StoreU(hn::LoadU(d, from + i), d, to + i);
    }
  }
  // The last place of a line has no next one.
  const int64_t next = input.first_x + static_cast<int64_t>(4 * places);
  ForRows(input, phases, [&](const float* line, float* to) HWY_ATTR {
    for (size_t x = 4; x < kSide; ++x) {
      const int64_t at = next + static_cast<int64_t>(x - 4);
      const bool inside = line != nullptr && at >= 0 && at < width;
      to[x * phase + places - 1] = inside ? line[at] : 0.0f;
    }
  });
}

}  // namespace

HWY_ATTR void TransformInputTarget(const WinogradInput& input, float* phases,
                                   size_t position_stride, float* v) {
  const D d;
  if (input.lanes == 1) {
    SortByFour(input, phases);
  } else {
    Sort(input, phases);
  }
  const size_t row_step = input.places * input.lanes, columns = input.columns();
  for (size_t column = 0; column < columns; column += kLanes) {
    V lines[kSide][kSide];
    for (size_t x = 0; x < kSide; ++x) {
      V values[kSide], points[kSide];
      for (size_t y = 0; y < kSide; ++y) {
        const size_t phase = y % kOutputs * kSide + x;
        values[y] = hn::LoadU(d, phases + phase * input.phase() + y / kOutputs * row_step + column);
      }
      InputPoints(values, points);
      for (size_t i = 0; i < kSide; ++i) lines[i][x] = points[i];
    }
    for (size_t i = 0; i < kSide; ++i) {
      V points[kSide];
      InputPoints(lines[i], points);
      for (size_t j = 0; j < kSide; ++j) {
        hn::StoreU(points[j], d, v + (i * kSide + j) * position_stride + column);
      }
    }
  }
}

#else

void TransformInputTarget(const WinogradInput&, float*, size_t, float*) {}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(TransformInputTarget);

void WinogradTransformInputSimd(const WinogradInput& input, float* phases, size_t position_stride,
                                float* v) {
  HWY_DYNAMIC_DISPATCH(TransformInputTarget)(input, phases, position_stride, v);
}

}  // namespace dc::runtime
#endif
