#include "data/decompress.h"

#include <gtest/gtest.h>

#include "unit/data/packing.h"
#include "unit/data/scratch_dir.h"

namespace dc {
namespace {

Bytes Sample(size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * i / 7);
  return bytes;
}

TEST(DecompressTest, AllThreeEncodingsGiveTheSameBytes) {
  const Bytes plain = Sample(3000000);
  for (const Bytes& file : {plain, Gzipped(plain), Zstandard(plain)}) {
    const auto whole = Decompress(file, plain.size() + 1, "f");
    ASSERT_TRUE(whole.ok()) << whole.status().ToString();
    EXPECT_TRUE(*whole == plain);
    const auto head = Decompress(file, 10, "f");
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(*head, Bytes(plain.begin(), plain.begin() + 10));
  }
}

TEST(DecompressTest, EmptyFilesAndEmptyStreams) {
  for (const Bytes& file : {Bytes(), Gzipped({}), Zstandard({})}) {
    const auto bytes = Decompress(file, 100, "f");
    ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
    EXPECT_TRUE(bytes->empty());
  }
}

TEST(DecompressTest, GzipMembersAreJoined) {
  Bytes file = Gzipped({1, 2});
  const Bytes second = Gzipped({3});
  file.insert(file.end(), second.begin(), second.end());
  EXPECT_EQ(*Decompress(file, 100, "f"), (Bytes{1, 2, 3}));
}

TEST(DecompressTest, WhatGrowsTooMuchIsRefused) {
  EXPECT_EQ(MostDecoded(1000), size_t{256} << 20);
  EXPECT_EQ(MostDecoded(size_t{10} << 20), size_t{1000} << 20);
  const Bytes most(MostDecoded(0)), more(MostDecoded(0) + 1);
  for (const auto pack : {Zstandard}) {
    EXPECT_TRUE(Decompress(pack(most), size_t{1} << 40, "f").ok());
    const auto bytes = Decompress(pack(more), size_t{1} << 40, "f");
    ASSERT_FALSE(bytes.ok());
    EXPECT_EQ(bytes.status().code(), StatusCode::kUnsupported);
    EXPECT_EQ(bytes.status().where(), "f");
    // The beginning of it may be looked at.
    EXPECT_EQ(Decompress(pack(more), 10, "f")->size(), 10u);
  }
}

TEST(DecompressTest, TruncatedStreamsAreRefusedAtEveryLength) {
  const Bytes plain = Sample(500);
  for (const Bytes& file : {Gzipped(plain), Zstandard(plain)}) {
    for (size_t size = 4; size < file.size(); ++size) {
      const auto bytes = Decompress(std::span(file).first(size), plain.size() + 1, "the file");
      ASSERT_FALSE(bytes.ok()) << size << " of " << file.size();
      EXPECT_EQ(bytes.status().code(), StatusCode::kBadInput);
      EXPECT_EQ(bytes.status().where(), "the file");
    }
  }
}

TEST(DecompressTest, DamagedGzipIsFoundByItsChecksum) {
  const Bytes plain = Sample(500);
  const Bytes file = Gzipped(plain);
  size_t refused = 0;
  for (size_t i = 10; i < file.size(); ++i) {  // after the header, whose fields mean little
    Bytes damaged = file;
    damaged[i] ^= 0x10;
    const auto bytes = Decompress(damaged, plain.size() + 1, "f");
    // A changed table of code lengths may leave the output as it was.
    EXPECT_TRUE(!bytes.ok() || *bytes == plain) << i;
    refused += !bytes.ok();
  }
  EXPECT_GE(refused + 2, file.size() - 10);
}

TEST(DecompressTest, TheLimitStopsABomb) {
  const Bytes zeros(20000000, 0);
  for (const Bytes& bomb : {Gzipped(zeros), Zstandard(zeros)}) {
    ASSERT_LT(bomb.size(), 30000u);
    const auto bytes = Decompress(bomb, 1000, "f");
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(bytes->size(), 1000u);
    EXPECT_LT(bytes->capacity(), 3000000u);
  }
}

TEST(DecompressTest, RawStreamsMustHaveTheExpectedSize) {
  const Bytes plain = Sample(1000);
  const Bytes stream = Deflated(plain, -15);
  EXPECT_EQ(*InflateRaw(stream, 1000, "f"), plain);
  EXPECT_FALSE(InflateRaw(stream, 999, "f").ok());
  EXPECT_FALSE(InflateRaw(stream, 1001, "f").ok());
}

TEST(DecompressTest, FindsFilesByAnyEnding) {
  const ScratchDir dir;
  EXPECT_EQ(FindCompressible(dir.path(), "a"), "");
  dir.Write("a.zst", Bytes{1});
  EXPECT_EQ(FindCompressible(dir.path(), "a"), dir.File("a.zst"));
  dir.Write("a.gz", Bytes{1});
  EXPECT_EQ(FindCompressible(dir.path(), "a"), dir.File("a.gz"));
  dir.Write("a", Bytes{1});
  EXPECT_EQ(FindCompressible(dir.path(), "a"), dir.File("a"));
}

}  // namespace
}  // namespace dc
