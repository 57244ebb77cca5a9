#include "encode/bias_codebook.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"

namespace dc {
namespace {

Tensor Vector(const std::vector<float>& values) {
  return Tensor::F32({static_cast<int64_t>(values.size())}, values);
}

std::vector<float> Values(const QuantizedWeight& weight) {
  std::vector<float> values;
  for (uint16_t code : weight.codes) values.push_back(weight.codebook.at(code));
  return values;
}

TEST(BiasCodebookTest, KeepsEveryValueWhereThereIsAnEntryForEach) {
  const std::vector<float> values = {0.5f, 0.0f, -2.0f, 0.5f, 0.0f, 1.25f, -0.5f};
  const QuantizedWeight weight = QuantizeBias(Vector(values), 3);
  EXPECT_EQ(weight.codebook, (std::vector<float>{0.0f, -2.0f, -0.5f, 0.5f, 1.25f}));
  EXPECT_EQ(Values(weight), values);
}

TEST(BiasCodebookTest, TakesMeansOfClusters) {
  // Two obvious clusters, no zero: means 1.5 and 11.
  const QuantizedWeight weight = QuantizeBias(Vector({1.0f, 10.0f, 2.0f, 12.0f}), 1);
  EXPECT_EQ(weight.codebook, (std::vector<float>{1.5f, 11.0f}));
  EXPECT_EQ(weight.codes, (std::vector<uint16_t>{0, 1, 0, 1}));
}

TEST(BiasCodebookTest, ZerosStayZeroAndLeaveOneEntryLess) {
  const QuantizedWeight weight = QuantizeBias(Vector({0.0f, 4.0f, 0.0f, 6.0f}), 1);
  EXPECT_EQ(weight.codebook, (std::vector<float>{0.0f, 5.0f}));
  EXPECT_EQ(Values(weight), (std::vector<float>{0.0f, 5.0f, 0.0f, 5.0f}));
  EXPECT_EQ(Values(QuantizeBias(Vector({0.0f, -0.0f}), 4)), (std::vector<float>{0.0f, 0.0f}));
}

TEST(BiasCodebookTest, ErrorsShrinkWithBits) {
  Rng rng(4);
  std::vector<float> values;
  for (int i = 0; i < 500; ++i) values.push_back(static_cast<float>(rng.Normal()));
  double last = 1e9;
  for (int bits : {1, 2, 4, 6, 8}) {
    const QuantizedWeight weight = QuantizeBias(Vector(values), bits);
    EXPECT_LE(weight.codebook.size(), size_t{1} << bits);
    double error = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      error += std::pow(weight.codebook.at(weight.codes[i]) - values[i], 2);
    }
    EXPECT_LT(error, last / 2.5);
    last = error;
  }
}

}  // namespace
}  // namespace dc
