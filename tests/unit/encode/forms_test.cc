#include "encode/forms.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "base/rng.h"
#include "entropy/enc/zstd_compress.h"
#include "format/reader.h"

namespace dc {
namespace {

using format::CodebookType;
using format::Form;

// What the reader makes of a stored codebook.
std::vector<float> Read(const StoredCodebook& stored, size_t entries) {
  format::TensorEntry entry;
  entry.shape = {1};
  entry.form = stored.form;
  entry.codebook_type = stored.type;
  entry.codebook_entries = static_cast<uint32_t>(entries);
  entry.zero_first = stored.zero_first;
  const auto codebook = format::DecodeCodebook(entry, stored.bytes);
  EXPECT_TRUE(codebook.ok()) << codebook.status().ToString();
  return codebook.ok() ? *codebook : std::vector<float>{};
}

void ExpectExact(const std::vector<float>& codebook, Form form, CodebookType type, bool zero_first,
                 size_t bytes) {
  const StoredCodebook stored = StoreCodebook(codebook, false);
  EXPECT_EQ(stored.form, form);
  EXPECT_EQ(stored.type, type);
  EXPECT_EQ(stored.zero_first, zero_first);
  EXPECT_EQ(stored.bytes.size(), bytes);
  const std::vector<float> read = Read(stored, codebook.size());
  ASSERT_EQ(read.size(), codebook.size());
  for (size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(std::bit_cast<uint32_t>(read[i]), std::bit_cast<uint32_t>(codebook[i])) << i;
  }
}

TEST(FormsTest, RecognisesExactValues) {
  const auto f32 = CodebookType::kFloat32, f16 = CodebookType::kFloat16;
  ExpectExact({0.0f, 0.1f, -0.1f}, Form::kTernary, f32, true, 4);
  ExpectExact({0.0f, -0.5f, 0.5f}, Form::kTernary, f16, true, 2);
  ExpectExact({0.0f, 0.1f, -0.2f}, Form::kTable, f32, true, 8);
  ExpectExact({0.1f, -0.1f}, Form::kTable, f32, false, 8);
  ExpectExact({0.5f, 0.25f, 2.0f}, Form::kTable, f16, false, 6);
  ExpectExact({-0.5f, -0.25f, 0.0f, 0.25f}, Form::kAffine, f16, false, 4);
  ExpectExact({0.0f, -0.5f, -0.25f, 0.0f, 0.25f}, Form::kAffine, f16, true, 4);
  ExpectExact({-0.0f, 0.3f, 0.7f}, Form::kTable, f32, false, 12);  // -0 is no zero entry
  ExpectExact({0.0f}, Form::kTable, f16, true, 0);
  ExpectExact({0.3f}, Form::kTable, f32, false, 4);
  ExpectExact({0.0f, 0.3f}, Form::kTable, f32, true, 4);
  ExpectExact({1e-9f, 3e4f, 1.0f}, Form::kTable, f32, false, 12);  // outside binary16's range
}

TEST(FormsTest, AffineNeedsEveryEntryToTheBit) {
  std::vector<float> codebook;
  for (int i = -128; i < 128; ++i) codebook.push_back(static_cast<float>(i) * 0x1.0p-9f);
  ExpectExact(codebook, Form::kAffine, CodebookType::kFloat16, false, 4);
  codebook[77] = std::nextafter(codebook[77], 1.0f);
  EXPECT_EQ(StoreCodebook(codebook, false).form, Form::kTable);
}

TEST(FormsTest, RoundsCentroidsOnlyWhereTheySurvive) {
  const StoredCodebook rounded = StoreCodebook(std::vector<float>{0.0f, 0.1f, -0.3f}, true);
  EXPECT_EQ(rounded.type, CodebookType::kFloat16);
  const std::vector<float> read = Read(rounded, 3);
  EXPECT_EQ(read[0], 0.0f);
  EXPECT_NEAR(read[1], 0.1f, 0.1f / 2048);
  EXPECT_NEAR(read[2], -0.3f, 0.3f / 2048);
  // A centroid that would become 0 or infinite keeps the whole codebook exact.
  EXPECT_EQ(StoreCodebook(std::vector<float>{0.0f, 1e-9f, 0.3f}, true).type,
            CodebookType::kFloat32);
  EXPECT_EQ(StoreCodebook(std::vector<float>{0.0f, 1e6f, 0.3f}, true).type, CodebookType::kFloat32);
  // A long run that is exact in 8 bytes is not replaced by its 32 rounded entries.
  std::vector<float> run;
  for (uint32_t i = 0; i < 16; ++i) run.push_back(0.5f + 0x1.0p-14f * static_cast<float>(i));
  const StoredCodebook exact = StoreCodebook(run, true);
  EXPECT_EQ(exact.form, Form::kAffine);
  EXPECT_EQ(Read(exact, 16), run);
}

TEST(FormsTest, StoresValuesAsHalfWhereThatIsExactOrAskedFor) {
  EXPECT_EQ(StoreValues(std::vector<float>{0.5f, -2.0f, 0.0f}, false).form, Form::kFloat16);
  EXPECT_EQ(StoreValues(std::vector<float>{0.1f}, false).form, Form::kFloat32);
  EXPECT_EQ(StoreValues(std::vector<float>{0.1f}, true).form, Form::kFloat16);
  EXPECT_EQ(StoreValues(std::vector<float>{1e6f, 0.1f}, true).form, Form::kFloat32);
  EXPECT_EQ(StoreValues(std::vector<float>{1.0f, -2.0f}, false).bytes,
            (std::vector<uint8_t>{0x00, 0x3C, 0x00, 0xC0}));
  EXPECT_EQ(StoreValues(std::vector<float>{0.1f}, false).bytes,
            (std::vector<uint8_t>{0xCD, 0xCC, 0xCC, 0x3D}));
}

// Numbers as training leaves them, `count` of them.
std::vector<float> Normal(size_t count) {
  Rng rng(4);
  std::vector<float> values;
  for (size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(0.1 * rng.Normal()));
  return values;
}

TEST(FormsTest, TrainedNumbersAreStoredInPlanes) {
  const std::vector<float> values = Normal(4096);
  const StoredValues plain = StoreValues(values, false);
  const auto planes = SmallerInPlanes({64, 64}, values, plain, CoderChoice::kHuffman);
  ASSERT_TRUE(planes.ok());
  EXPECT_EQ(planes->form, Form::kFloat32Planes);
  EXPECT_TRUE(planes->says_length);
  EXPECT_LT(planes->bytes.size(), plain.bytes.size() * 87 / 100);
  EXPECT_LT(planes->bytes.size(), ZstdCompress(plain.bytes)->size());
  // Asked for raw fields, they stay as they are.
  EXPECT_EQ(SmallerInPlanes({64, 64}, values, plain, CoderChoice::kRaw)->form, Form::kFloat32);
}

TEST(FormsTest, WhatZstdMakesSmallerStaysPlain) {
  // The same 64 numbers over and over.
  const std::vector<float> once = Normal(64);
  std::vector<float> values;
  while (values.size() < 4096) values.insert(values.end(), once.begin(), once.end());
  const auto stored =
      SmallerInPlanes({64, 64}, values, StoreValues(values, false), CoderChoice::kAuto);
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->form, Form::kFloat32);
  EXPECT_EQ(stored->bytes.size(), 4 * values.size());
}

}  // namespace
}  // namespace dc
