#include "base/regular_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <string>
#include <vector>

#include "dc/files.h"

namespace dc {
namespace {

TEST(MappedFile, HoldsTheBytesOfTheFile) {
  const std::string path = ::testing::TempDir() + "regular_file_test";
  for (size_t size : {0, 1, 4096, 100'001}) {
    std::vector<uint8_t> bytes(size);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 31 + i / 77);
    ASSERT_TRUE(WriteFileAtomic(path, bytes).ok());
    auto opened = MappedFile::Open(path);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    const MappedFile mapped = std::move(*opened);
    EXPECT_EQ(std::vector<uint8_t>(mapped.bytes().begin(), mapped.bytes().end()), bytes);
  }
  std::remove(path.c_str());
}

TEST(RegularFile, ReadsFromTheStartEveryTime) {
  const std::string path = ::testing::TempDir() + "regular_file_test";
  ASSERT_TRUE(WriteFileAtomic(path, std::string("abcdef")).ok());
  const auto file = RegularFile::Open(path);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->size(), 6u);
  for (size_t room : {4, 4, 9}) {
    std::vector<uint8_t> bytes(room);
    const auto size = file->Read(bytes);
    ASSERT_TRUE(size.ok());
    EXPECT_EQ(std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*size)),
              std::string("abcdef").substr(0, room));
  }
  std::remove(path.c_str());
}

TEST(RegularFile, RefusesEverythingElse) {
  const std::string pipe = ::testing::TempDir() + "regular_file_test_pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, ::testing::TempDir(), std::string("/nonexistent")}) {
    EXPECT_EQ(RegularFile::Open(path).status().code(), StatusCode::kIo) << path;
    EXPECT_EQ(MappedFile::Open(path).status().where(), path);
  }
  std::remove(pipe.c_str());
}

}  // namespace
}  // namespace dc
