#include "quantize/assignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

uint16_t NaiveNearest(const std::vector<float>& codebook, float value) {
  size_t best = 0;
  for (size_t c = 1; c < codebook.size(); ++c) {
    const double here = std::abs(static_cast<double>(value) - codebook[c]);
    if (here < std::abs(static_cast<double>(value) - codebook[best])) best = c;
  }
  return static_cast<uint16_t>(best);
}

void ExpectNearest(const std::vector<float>& codebook, const std::vector<float>& values) {
  std::vector<uint16_t> codes(values.size());
  NearestEntry(codebook).Assign(values, codes);
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(codes[i], NaiveNearest(codebook, values[i])) << values[i];
  }
}

std::vector<float> SortedDistinct(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

TEST(NearestEntry, EqualsTheNaiveSearch) {
  for (const size_t k : {1, 2, 3, 16, 255, 700}) {
    ExpectNearest(SortedDistinct(LaplaceValues(k, k)), NormalValues(2000, k + 1));
  }
}

TEST(NearestEntry, ManyEntriesCloseTogether) {
  std::vector<float> codebook;  // hundreds of entries that agree in their leading bits
  for (int i = 0; i < 500; ++i) codebook.push_back(1.0f + 1e-6f * static_cast<float>(i));
  codebook = SortedDistinct(codebook);
  std::vector<float> values = {-5, 0, 0.5f, 2, 1e3f, -1e3f};
  for (int i = -100; i < 5100; ++i) values.push_back(1.0f + 1e-7f * static_cast<float>(i));
  ExpectNearest(codebook, values);
}

TEST(NearestEntry, TiesGoToTheLowerEntry) {
  std::vector<uint16_t> codes(5);
  NearestEntry(std::vector<float>{-1, 0, 1, 3})
      .Assign(std::vector<float>{-0.5f, 0.5f, 2, -0.0f, 2.0001f}, codes);
  EXPECT_EQ(codes, (std::vector<uint16_t>{0, 1, 2, 1, 3}));
  // The threshold is zero itself.
  codes.resize(4);
  NearestEntry(std::vector<float>{-1, 1})
      .Assign(std::vector<float>{0.0f, -0.0f, 1e-45f, -1e-45f}, codes);
  EXPECT_EQ(codes, (std::vector<uint16_t>{0, 0, 1, 0}));
}

TEST(NearestEntry, FullCodebook) {
  std::vector<float> codebook(65536), values;
  for (size_t c = 0; c < codebook.size(); ++c) codebook[c] = static_cast<float>(c) - 30000;
  std::vector<uint16_t> expected;
  for (size_t c = 0; c < codebook.size(); c += 37) {
    values.push_back(codebook[c] + 0.25f);
    expected.push_back(static_cast<uint16_t>(c));
  }
  std::vector<uint16_t> codes(values.size());
  NearestEntry(codebook).Assign(values, codes);
  EXPECT_EQ(codes, expected);
}

TEST(SumByCode, AddsEachValueToItsCode) {
  const std::vector<uint16_t> codes = {0, 2, 2, 1, 2, 0, 2};
  const std::vector<float> values = {1, 2, 4, 8, 16, 32, 64};
  std::vector<double> sums(kSumLanes * 4, 99.0);
  SumByCode(
      codes, 4, [&](size_t i) { return values[i]; }, sums);
  sums.resize(4);
  EXPECT_EQ(sums, (std::vector<double>{33, 8, 86, 0}));
}

}  // namespace
}  // namespace dc
