#include "entropy/common/adaptive_bit.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

TEST(AdaptiveBitTest, LearnsByHand) {
  // P starts at 2^21. One: + floor((4194303 - 2097152) * 43690 / 65536) = 3495229; another one, at
  // rate 26214: + floor(699074 * 26214 / 65536); a zero at 18724.
  AdaptiveBit bit;
  EXPECT_EQ(bit.p12(), 2048u);
  bit.Update(true, Logistic::Get());
  EXPECT_EQ(bit.p12(), 3495229u >> 10);
  bit.Update(true, Logistic::Get());
  const uint32_t second = 3495229u + static_cast<uint32_t>(699074ull * 26214 / 65536);
  EXPECT_EQ(bit.p12(), second >> 10);
  bit.Update(false, Logistic::Get());
  const uint64_t down = (uint64_t{second} * 18724 + 65535) / 65536;  // the floor of a negative step
  EXPECT_EQ(bit.p12(), (second - down) >> 10);
}

TEST(AdaptiveBitTest, StaysInRangeForever) {
  AdaptiveBit ones, zeros;
  for (int i = 0; i < 1000000; ++i) {
    ones.Update(true, Logistic::Get());
    zeros.Update(false, Logistic::Get());
  }
  EXPECT_GE(ones.p12(), 4094u);
  EXPECT_EQ(zeros.p12(), 0u);
}

TEST(AdaptiveBitTest, FindsAFrequency) {
  AdaptiveBit bit;
  for (int i = 0; i < 100000; ++i) bit.Update(i % 10 == 0, Logistic::Get());
  EXPECT_NEAR(bit.p12() / 4096.0, 0.1, 0.005);
}

TEST(MixerTest, LearnsWhichInputIsRight) {
  // Input 0 says what will come, input 1 the opposite.
  Mixer<2, 16> mixer(1 << 15);
  const Logistic& logistic = Logistic::Get();
  for (int i = 0; i < 20000; ++i) {
    const bool bit = i % 3 == 0;
    const std::array<int, 2> inputs = {bit ? 200 : -200, bit ? -200 : 200};
    mixer.Update(inputs, logistic.Squash(mixer.Mix(inputs)), bit);
  }
  EXPECT_GT(logistic.Squash(mixer.Mix({200, -200})), 64000u);
  EXPECT_LT(logistic.Squash(mixer.Mix({-200, 200})), 1500u);
}

TEST(MixerTest, AddsLogOdds) {
  // Both weights 1/2: the mean of the inputs, rounded down.
  const Mixer<2, 16> mixer(1 << 15);
  EXPECT_EQ(mixer.Mix({100, 50}), 75);
  EXPECT_EQ(mixer.Mix({-3, 0}), -2);
  EXPECT_EQ(mixer.Mix({20000, 20000}), kLogOddsLimit);
}

}  // namespace
}  // namespace dc
