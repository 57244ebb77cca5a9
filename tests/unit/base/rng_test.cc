#include "base/rng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>
#include <vector>

namespace dc {
namespace {

// xoshiro256++ as its authors published it, seeded the way rng.h says: SplitMix64 of the seed, then
// SplitMix64 of that for the four words of state.
class Published {
 public:
  explicit Published(uint64_t seed) {
    const uint64_t first = SplitMix(seed + kGolden);
    for (uint64_t i = 0; i < 4; ++i) s_[i] = SplitMix(first + (i + 1) * kGolden);
  }
  uint64_t Next() {
    auto rotl = [](uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
    const uint64_t result = rotl(s_[0] + s_[3], 23) + s_[0];
    const uint64_t t = s_[1] << 17;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = rotl(s_[3], 45);
    return result;
  }
  static constexpr uint64_t kGolden = 0x9E3779B97F4A7C15u;
  static uint64_t SplitMix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

 private:
  uint64_t s_[4];
};

TEST(Rng, IsTheGeneratorItSaysItIs) {
  // First output of SplitMix64 seeded with 0, from Vigna's reference code.
  EXPECT_EQ(Published::SplitMix(Published::kGolden), 0xE220A8397B1DCDAFu);
  for (uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{42}, ~uint64_t{0}}) {
    Rng rng(seed);
    Published published(seed);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(rng.Next(), published.Next()) << seed << " " << i;
  }
}

// Trained models depend on these numbers: a change of them is a change of every published result.
// They were computed with Python integers from the published definitions.
TEST(Rng, NumbersAreFixedForGood) {
  Rng a(1), b(1, 7);
  std::vector<uint64_t> next, stream;
  for (int i = 0; i < 3; ++i) next.push_back(a.Next());
  for (int i = 0; i < 3; ++i) stream.push_back(b.Next());
  EXPECT_EQ(next, (std::vector<uint64_t>{8089978747140965633u, 5687923198772495674u,
                                         15915821081677751511u}));
  EXPECT_EQ(stream, (std::vector<uint64_t>{12319498060481049956u, 2158422539437227965u,
                                           1792643332855422785u}));
  std::vector<uint32_t> items(8);
  std::iota(items.begin(), items.end(), 0u);
  Rng(5).Shuffle(items);
  EXPECT_EQ(items, (std::vector<uint32_t>{5, 7, 2, 4, 3, 0, 1, 6}));
}

TEST(Rng, SeedsAndStreamsDiffer) {
  std::set<uint64_t> firsts;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    for (uint64_t stream = 0; stream < 50; ++stream) firsts.insert(Rng(seed, stream).Next());
  }
  EXPECT_EQ(firsts.size(), 2500u);
}

TEST(Rng, UniformFillsTheUnitInterval) {
  Rng rng(2);
  constexpr int kCount = 200'000;
  std::vector<int> bins(20);
  for (int i = 0; i < kCount; ++i) {
    const double x = rng.Uniform();
    ASSERT_GE(x, 0.0);
    ASSERT_LT(x, 1.0);
    ++bins[static_cast<size_t>(x * 20)];
  }
  // Binomial: deviation sqrt(n p (1 - p)) = 97; five of them.
  for (int count : bins) EXPECT_NEAR(count, kCount / 20.0, 490);
}

TEST(Rng, BelowIsUniformAndInRange) {
  Rng rng(3);
  for (uint32_t n : {1u, 2u, 3u, 7u, 10u}) {
    std::vector<int> bins(n);
    constexpr int kCount = 100'000;
    for (int i = 0; i < kCount; ++i) {
      const uint32_t x = rng.Below(n);
      ASSERT_LT(x, n);
      ++bins[x];
    }
    const double p = 1.0 / n;
    for (int count : bins) {
      EXPECT_NEAR(count, kCount * p, 5 * std::sqrt(kCount * p * (1 - p)) + 1e-9) << n;
    }
  }
  EXPECT_EQ(rng.Below(0), 0u);
  for (int i = 0; i < 1000; ++i) ASSERT_LT(rng.Below(0xFFFFFFFFu), 0xFFFFFFFFu);
}

TEST(Rng, NormalHasTheMomentsOfANormal) {
  Rng rng(4);
  constexpr int kCount = 400'000;
  double sum = 0, squares = 0, fourths = 0, neighbours = 0, previous = 0;
  int beyond_two = 0;
  for (int i = 0; i < kCount; ++i) {
    const double x = rng.Normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
    neighbours += x * previous;
    previous = x;
    beyond_two += std::fabs(x) > 2;
  }
  // Five deviations of each estimate: sqrt(1/n), sqrt(2/n), sqrt(96/n), sqrt(1/n).
  EXPECT_NEAR(sum / kCount, 0, 0.008);
  EXPECT_NEAR(squares / kCount, 1, 0.0112);
  EXPECT_NEAR(fourths / kCount, 3, 0.0775);
  EXPECT_NEAR(neighbours / kCount, 0, 0.008);
  EXPECT_NEAR(beyond_two / double{kCount}, 0.0455, 0.0017);
}

TEST(Rng, ShuffleIsAPermutationAndReachesEveryPlace) {
  Rng rng(6);
  constexpr int kItems = 5, kCount = 60'000;
  int places[kItems][kItems] = {};
  for (int i = 0; i < kCount; ++i) {
    std::vector<uint32_t> items = {0, 1, 2, 3, 4};
    rng.Shuffle(items);
    std::vector<uint32_t> sorted = items;
    std::sort(sorted.begin(), sorted.end());
    ASSERT_EQ(sorted, (std::vector<uint32_t>{0, 1, 2, 3, 4}));
    for (int place = 0; place < kItems; ++place) ++places[items[place]][place];
  }
  for (auto& row : places) {
    for (int count : row) EXPECT_NEAR(count, 12'000, 490);  // five deviations
  }
  std::vector<uint32_t> none;
  rng.Shuffle(none);
  std::vector<uint32_t> one = {9};
  rng.Shuffle(one);
  EXPECT_EQ(one, (std::vector<uint32_t>{9}));
}

}  // namespace
}  // namespace dc
