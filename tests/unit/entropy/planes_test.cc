#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "base/half.h"
#include "base/rng.h"
#include "entropy/dec/plane_decoder.h"
#include "entropy/enc/plane_encoder.h"
#include "entropy/enc/zstd_compress.h"

namespace dc {
namespace {

constexpr CoderChoice kCoders[] = {CoderChoice::kRaw, CoderChoice::kHuffman, CoderChoice::kContext,
                                   CoderChoice::kAuto};

std::vector<float> Trained(size_t count, bool half) {
  Rng rng(11);
  std::vector<float> values;
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>(0.03 * rng.Normal());
    values.push_back(half ? HalfToFloat(FloatToHalf(value)) : value);
  }
  return values;
}

void ExpectSame(const std::vector<float>& got, const std::vector<float>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(got[i]), std::bit_cast<uint32_t>(want[i])) << i;
  }
}

TEST(Planes, EveryNumberComesBackByEveryCoder) {
  const std::vector<int64_t> shape = {24, 5, 3, 3};
  for (const bool half : {false, true}) {
    std::vector<float> values = Trained(24 * 45, half);
    values[0] = -0.0f;
    values[1] = std::numeric_limits<float>::infinity();
    values[2] = -std::numeric_limits<float>::infinity();
    values[3] = half ? HalfToFloat(1) : std::numeric_limits<float>::denorm_min();
    values[4] = half ? -65504.0f : std::numeric_limits<float>::lowest();
    for (const CoderChoice coder : kCoders) {
      const std::vector<uint8_t> streams = EncodePlanes(MatrixOf(shape), values, half, coder);
      const auto decoded = DecodePlanes(shape, half, streams);
      ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
      ExpectSame(*decoded, values);
    }
  }
}

// The exponent of normal numbers has about 2.6 bits of entropy in place of 8.
TEST(Planes, TrainedNumbersTakeFourFifths) {
  constexpr size_t kCount = 1 << 14;
  const std::vector<int64_t> shape = {128, 128};
  for (const bool half : {false, true}) {
    const std::vector<float> values = Trained(kCount, half);
    const size_t plain = kCount * (half ? 2 : 4);
    for (const CoderChoice coder : {CoderChoice::kHuffman, CoderChoice::kAuto}) {
      const size_t size = EncodePlanes(MatrixOf(shape), values, half, coder).size();
      EXPECT_LT(size, plain * 87 / 100);
      EXPECT_GT(size, plain * 70 / 100);
    }
  }
}

TEST(Planes, BytesOfOneValueTakeNextToNothing) {
  // Floats that are binary16: two planes are zeros but for what is left of the mantissa.
  const std::vector<float> values = Trained(1 << 14, true);
  const std::vector<uint8_t> streams =
      EncodePlanes({128, 128, 1, 1}, values, false, CoderChoice::kHuffman);
  EXPECT_LT(streams.size(), values.size() * 2);
}

TEST(Planes, DamageIsRefusedOrGivesAsManyNumbers) {
  const std::vector<int64_t> shape = {40, 30};
  const std::vector<float> values = Trained(1200, false);
  const std::vector<uint8_t> good =
      EncodePlanes(MatrixOf(shape), values, false, CoderChoice::kHuffman);
  for (size_t size = 0; size < good.size(); size += 7) {
    EXPECT_FALSE(DecodePlanes(shape, false, std::span(good).first(size)).ok()) << size;
  }
  std::vector<uint8_t> longer = good;
  longer.push_back(1);
  EXPECT_FALSE(DecodePlanes(shape, false, longer).ok());
  Rng rng(3);
  for (int i = 0; i < 400; ++i) {
    std::vector<uint8_t> damaged = good;
    damaged[rng.Below(static_cast<uint32_t>(i % 2 ? damaged.size() : 40))] ^=
        static_cast<uint8_t>(1 + rng.Below(255));
    const auto decoded = DecodePlanes(shape, false, damaged);
    if (decoded.ok()) {
      EXPECT_EQ(decoded->size(), values.size());
    }
  }
  // A length of ten bytes, and one beyond the stream.
  EXPECT_FALSE(DecodePlanes(shape, false, std::vector<uint8_t>(12, 0xFF)).ok());
  EXPECT_FALSE(DecodePlanes(shape, false, std::vector<uint8_t>{0x7F, 0, 0}).ok());
}

}  // namespace
}  // namespace dc
