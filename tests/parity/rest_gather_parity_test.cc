#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "parity/sparse_samples.h"
#include "runtime/forms/slot_rest.h"
#include "runtime/kernels/rest_gather.h"

namespace dc::runtime {
namespace {

RestMatrix RestOf(const StoredSample& stored) {
  return LayOutRest(stored.rows, false, stored.codebook, 4, std::pmr::get_default_resource());
}

void Check(RestGather* simd, const SparseSample& sample, Epilogue epilogue) {
  SCOPED_TRACE(sample.name);
  const StoredSample stored = MakeSample(sample);
  const RestMatrix w = RestOf(stored);
  Rng rng(3);
  const std::vector<float> x = RandomFloats(w.columns, rng);
  const std::vector<float> before = RandomFloats(w.rows, rng), scale = RandomScales(w.rows, rng);
  if (w.columns % 2 == 1) epilogue.scale = scale.data();
  // As it is used: to what is there the rest is added.
  std::vector<float> expected = before, actual = before;
  epilogue.bias = expected.data();
  RestGatherRef(w, 0, w.slices(), x.data(), epilogue, expected.data());
  // In two parts: a part must not touch the rows of the other.
  const size_t half = w.slices() / 2;
  epilogue.bias = actual.data();
  simd(w, half, w.slices(), x.data(), epilogue, actual.data());
  simd(w, 0, half, x.data(), epilogue, actual.data());
  for (uint32_t row = 0; row < w.rows; ++row) {
    size_t terms = 0;
    const float magnitudes = Magnitudes(
        stored, row, [&](uint32_t c) { return x[c]; }, &terms);
    ExpectSameSum(actual[row], expected[row], magnitudes + std::abs(before[row]), terms);
  }
}

TEST(RestGatherParityTest, AllSamplesOnAllTargets) {
  OnEveryTarget([] {
    for (const SparseSample& sample : SparseSamples()) {
      if (sample.entries + (sample.zero_in_codebook ? 0 : 1) > RestMatrix::kMaxEntries) continue;
      // Whichever of them this processor takes.
      for (RestGather* simd : {RestGatherSimd, RestLoadSimd}) {
        Check(simd, sample, Epilogue{});
        Check(simd, sample, Epilogue{.low = 0.0f});
        Check(simd, sample, Epilogue{.low = -0.25f, .high = 0.5f});
      }
    }
  });
}

// The reference against the definition, element by element.
TEST(RestGatherParityTest, ReferenceByHand) {
  // Row 0: 2 at column 1; row 1: nothing; row 2: -1 at column 0 and 2 at column 2.
  StoredSample stored{.codebook = {2.0f, -1.0f}, .positions = {1, 6, 8}, .codes = {0, 1, 0}};
  stored.rows = FindRows(3, 3, stored.positions, stored.codes, stored.codebook);
  const RestMatrix w = RestOf(stored);
  const float x[] = {10, 20, 30};
  float y[] = {1, -2, 3};
  RestGatherRef(w, 0, 1, x, {.bias = y, .low = -1, .high = 50}, y);
  EXPECT_EQ(y[0], 41);
  EXPECT_EQ(y[1], -1);
  EXPECT_EQ(y[2], 50);
}

}  // namespace
}  // namespace dc::runtime
