#include "data/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/data/packing.h"

namespace dc {
namespace {

using testing::HasSubstr;

const Bytes kText = {'a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c'};

Bytes Archive() {
  ZipWriter zip;
  zip.Add("deflated", kText, true);
  zip.Add("stored", {1, 2, 3}, false);
  return zip.Finish();
}

StatusOr<Bytes> Read(const Bytes& archive, const std::string& name) {
  auto entries = ListZip(archive, "a.npz");
  if (!entries.ok()) return entries.status();
  const auto entry = entries->find(name);
  if (entry == entries->end()) return BadInput("no such entry");
  return ReadZipEntry(archive, entry->second, "a.npz");
}

TEST(ZipTest, ReadsStoredAndDeflatedEntries) {
  const auto entries = ListZip(Archive(), "");
  ASSERT_TRUE(entries.ok()) << entries.status().ToString();
  EXPECT_EQ(entries->size(), 2u);
  EXPECT_EQ(*Read(Archive(), "deflated"), kText);
  EXPECT_EQ(*Read(Archive(), "stored"), (Bytes{1, 2, 3}));
}

TEST(ZipTest, ACommentBehindTheEndIsSkipped) {
  Bytes archive = Archive();
  archive[archive.size() - 2] = 5;
  for (int i = 0; i < 5; ++i) archive.push_back('x');
  EXPECT_EQ(*Read(archive, "stored"), (Bytes{1, 2, 3}));
}

TEST(ZipTest, EveryCutIsRefused) {
  const Bytes archive = Archive();
  for (size_t size = 0; size < archive.size(); ++size) {
    const Bytes cut(archive.begin(), archive.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(Read(cut, "deflated").ok()) << size;
  }
}

TEST(ZipTest, FlippedBitsNeverGiveOtherContent) {
  const Bytes archive = Archive();
  size_t refused = 0;
  for (size_t i = 0; i < archive.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = archive;
      damaged[i] ^= static_cast<uint8_t>(1 << bit);
      const auto content = Read(damaged, "deflated");
      // Dates, versions and the other entry do not matter to this one.
      EXPECT_TRUE(!content.ok() || *content == kText) << i;
      refused += !content.ok();
    }
  }
  EXPECT_GT(refused, archive.size());
}

TEST(ZipTest, SizesAreNotBelieved) {
  ZipWriter zip;
  zip.Add("zeros", Bytes(1000, 0), true);
  Bytes archive = zip.Finish();
  auto entries = *ListZip(archive, "");
  ZipEntry entry = entries.at("zeros");
  entry.size = 999;
  EXPECT_FALSE(ReadZipEntry(archive, entry, "").ok());
  entry.size = size_t{4000000000};
  EXPECT_FALSE(ReadZipEntry(archive, entry, "").ok());
  entry = entries.at("zeros");
  entry.coded_size = size_t{4000000000};
  EXPECT_FALSE(ReadZipEntry(archive, entry, "").ok());
}

TEST(ZipTest, NamesWhatIsNotCovered) {
  const Bytes archive = Archive();
  ZipEntry entry = ListZip(archive, "")->at("stored");
  entry.flags = 1;
  EXPECT_EQ(ReadZipEntry(archive, entry, "a.npz").status().code(), StatusCode::kUnsupported);
  entry.flags = 0;
  entry.method = 14;  // LZMA
  EXPECT_EQ(ReadZipEntry(archive, entry, "a.npz").status().code(), StatusCode::kUnsupported);
  entry.method = 0;
  entry.size = 0xFFFFFFFF;
  EXPECT_THAT(ReadZipEntry(archive, entry, "a.npz").status().ToString(), HasSubstr("zip64"));
  EXPECT_THAT(ListZip(Bytes(100, 7), "a.npz").status().ToString(),
              HasSubstr("not a NumPy archive"));
}

}  // namespace
}  // namespace dc
