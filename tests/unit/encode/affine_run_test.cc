#include "encode/affine_run.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

// n times 0.25 for these n, in this order.
QuantizedWeight Quarters(const std::vector<int>& numbers) {
  QuantizedWeight weight;
  weight.shape = {static_cast<int64_t>(numbers.size())};
  for (size_t i = 0; i < numbers.size(); ++i) {
    weight.codebook.push_back(0.25f * static_cast<float>(numbers[i]));
    weight.codes.push_back(static_cast<uint16_t>(numbers.size() - 1 - i));
  }
  return weight;
}

std::vector<int> Without(int hole) {
  std::vector<int> numbers;
  for (int n = -10; n <= 10; ++n) {
    if (n != hole) numbers.push_back(n);
  }
  return numbers;
}

TEST(AffineRun, FillsHoles) {
  const QuantizedWeight weight = Quarters(Without(4));
  const auto run = AsAffineRun(weight);
  ASSERT_TRUE(run);
  ASSERT_EQ(run->codebook.size(), 21u);
  for (size_t i = 0; i < 21; ++i) {
    EXPECT_EQ(run->codebook[i], -2.5f + 0.25f * static_cast<float>(i));
  }
  EXPECT_EQ(run->Values(), weight.Values());
}

TEST(AffineRun, AZeroInFrontStaysAndItsPlaceIsFree) {
  std::vector<int> numbers = Without(0);
  numbers.insert(numbers.begin(), 0);
  const QuantizedWeight weight = Quarters(numbers);
  const auto run = AsAffineRun(weight);
  ASSERT_TRUE(run);
  ASSERT_EQ(run->codebook.size(), 22u);
  EXPECT_EQ(run->codebook[0], 0.0f);
  EXPECT_EQ(run->codebook[1], -2.5f);
  EXPECT_EQ(run->codebook[11], 0.0f);
  EXPECT_EQ(run->codes.back(), 0);
  EXPECT_EQ(run->Values(), weight.Values());
}

TEST(AffineRun, RefusesWhatIsNoneOrNotWorthIt) {
  EXPECT_FALSE(AsAffineRun(Quarters(Without(99))));     // the whole run already
  EXPECT_FALSE(AsAffineRun(Quarters({0, -2, -1, 1})));  // few
  std::vector<int> far = Without(4);
  far.push_back(1000);
  EXPECT_FALSE(AsAffineRun(Quarters(far)));
  QuantizedWeight crooked = Quarters(Without(4));
  crooked.codebook[3] += 0.01f;
  EXPECT_FALSE(AsAffineRun(crooked));
}

}  // namespace
}  // namespace dc
