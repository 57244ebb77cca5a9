#include "entropy/common/logistic.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dc {
namespace {

// Distance of `x` from the nearest number that rounds either way.
double FromTie(long double x) {
  const long double part = x - std::floor(x);
  return static_cast<double>(std::fabs(part - 0.5L));
}

TEST(LogisticTest, NoEntryIsNearATie) {
  const Logistic& tables = Logistic::Get();
  for (uint32_t p = 0; p < 4096; ++p) {
    const long double exact = 128.0L * std::log((p + 0.5L) / (4095.5L - p));
    EXPECT_GT(FromTie(exact), 1e-7) << p;
    EXPECT_EQ(tables.Stretch(p), static_cast<int>(std::lround(exact)));
  }
  for (int x = -kLogOddsLimit; x <= kLogOddsLimit; ++x) {
    const long double exact = 65536.0L / (1.0L + std::exp(-x / 128.0L));
    if (x != 0) {
      EXPECT_GT(FromTie(exact), 1e-7) << x;
    }
    EXPECT_EQ(tables.Squash(x), static_cast<uint32_t>(std::lround(exact)));
  }
}

TEST(LogisticTest, StaysInsideTheProbabilitiesThatCodersTake) {
  const Logistic& tables = Logistic::Get();
  EXPECT_EQ(tables.Squash(-100000), 1u);
  EXPECT_EQ(tables.Squash(100000), 65535u);
  EXPECT_EQ(tables.Squash(0), 32768u);
  EXPECT_EQ(tables.Stretch(2047), -tables.Stretch(2048));
}

}  // namespace
}  // namespace dc
