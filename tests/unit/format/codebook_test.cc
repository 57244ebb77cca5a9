#include "format/codebook.h"

#include <gtest/gtest.h>

#include <bit>

#include "base/rng.h"
#include "format/reader.h"

namespace dc::format {
namespace {

TensorEntry Entry(Form form, uint32_t entries, bool zero_first, CodebookType type) {
  TensorEntry entry;
  entry.shape = {2, 2};
  entry.form = form;
  entry.codebook_entries = entries;
  entry.zero_first = zero_first;
  entry.codebook_type = type;
  return entry;
}

TEST(CodebookTest, DecodesEveryForm) {
  const std::vector<uint8_t> one_two = {0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0x40};
  const std::vector<uint8_t> half_one_minus_two = {0x00, 0x3C, 0x00, 0xC0};
  using F = std::vector<float>;
  auto decode = [](const TensorEntry& entry, const std::vector<uint8_t>& bytes) {
    EXPECT_EQ(CodebookBytes(entry), bytes.size());
    const auto codebook = DecodeCodebook(entry, bytes);
    EXPECT_TRUE(codebook.ok());
    return codebook.ok() ? *codebook : F{};
  };
  const auto f32 = CodebookType::kFloat32, f16 = CodebookType::kFloat16;
  EXPECT_EQ(decode(Entry(Form::kTable, 3, true, f32), one_two), (F{0, 1, 2}));
  EXPECT_EQ(decode(Entry(Form::kTable, 2, false, f32), one_two), (F{1, 2}));
  EXPECT_EQ(decode(Entry(Form::kTable, 2, false, f16), half_one_minus_two), (F{1, -2}));
  EXPECT_EQ(decode(Entry(Form::kAffine, 4, false, f32), one_two), (F{1, 3, 5, 7}));
  EXPECT_EQ(decode(Entry(Form::kAffine, 4, true, f16), half_one_minus_two), (F{0, 1, -1, -3}));
  EXPECT_EQ(decode(Entry(Form::kTernary, 3, true, f32), {0x00, 0x00, 0x80, 0x3F}), (F{0, 1, -1}));
  EXPECT_EQ(decode(Entry(Form::kTable, 1, true, f32), {}), (F{0}));
  EXPECT_EQ(decode(Entry(Form::kHashed, 4, false, f32), one_two), (F{1, 2, -1, -2}));
  EXPECT_EQ(decode(Entry(Form::kHashed, 4, false, f16), half_one_minus_two), (F{1, -2, -1, 2}));
}

TEST(CodebookTest, RefusesWrongSizesAndNumbersThatAreNotFinite) {
  const TensorEntry table = Entry(Form::kTable, 2, true, CodebookType::kFloat32);
  EXPECT_FALSE(DecodeCodebook(table, std::vector<uint8_t>(3)).ok());
  EXPECT_FALSE(DecodeCodebook(table, std::vector<uint8_t>{0x00, 0x00, 0x80, 0x7F}).ok());
  // Finite base and step whose run overflows.
  const TensorEntry run = Entry(Form::kAffine, 9, false, CodebookType::kFloat16);
  const std::vector<uint8_t> largest = {0xFF, 0x7B, 0xFF, 0x7B};
  EXPECT_TRUE(DecodeCodebook(run, largest).ok());
  const TensorEntry wide = Entry(Form::kAffine, 3, false, CodebookType::kFloat32);
  EXPECT_FALSE(DecodeCodebook(wide, std::vector<uint8_t>{0, 0, 0x7F, 0x7F, 0, 0, 0x7F, 0x7F}).ok());
  TensorEntry plain;
  plain.shape = {2};
  EXPECT_FALSE(DecodeValues(plain, std::vector<uint8_t>(7), nullptr).ok());
  EXPECT_FALSE(
      DecodeValues(plain, std::vector<uint8_t>{0, 0, 0, 0, 0, 0, 0xC0, 0x7F}, nullptr).ok());
  EXPECT_TRUE(DecodeValues(plain, std::vector<uint8_t>(8), nullptr).ok());
  // Minus infinity, in a mask.
  EXPECT_TRUE(
      DecodeValues(plain, std::vector<uint8_t>{0, 0, 0, 0, 0, 0, 0x80, 0xFF}, nullptr).ok());
  EXPECT_EQ(ValueBytes(plain), 8u);
}

TEST(CodebookTest, AffineArithmeticIsThatOfFloats) {
  Rng rng(21);
  for (int round = 0; round < 100000; ++round) {
    const float base = static_cast<float>(rng.Normal()), step = static_cast<float>(rng.Normal());
    const uint32_t i = rng.Below(65536);
    // volatile keeps the compiler from fusing the two roundings into one.
    const volatile float product = step * static_cast<float>(i);
    const float expected = base + product;
    ASSERT_EQ(std::bit_cast<uint32_t>(AffineValue(base, step, i)),
              std::bit_cast<uint32_t>(expected));
  }
}

}  // namespace
}  // namespace dc::format
