#include "dc/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace dc {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "dc_files_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::string Path(const std::string& name) const { return dir_ + "/" + name; }
  // Names in the test's folder: shows temporaries that were left behind.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir_)) names.push_back(entry.path().filename());
    return names;
  }
  std::string Text(const std::string& name) const {
    auto bytes = ReadFile(Path(name));
    return bytes.ok() ? std::string(bytes->begin(), bytes->end()) : bytes.status().ToString();
  }

  std::string dir_;
};

TEST_F(Files, WriteThenRead) {
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("first\0second", 12)).ok());
  EXPECT_EQ(Text("a"), std::string("first\0second", 12));
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("new")).ok());
  EXPECT_EQ(Text("a"), "new");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(Files, EmptyAndLarge) {
  ASSERT_TRUE(WriteFileAtomic(Path("empty"), std::string()).ok());
  EXPECT_EQ(Text("empty"), "");
  std::vector<uint8_t> large(3'000'001);
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<uint8_t>(i * 7 + i / 251);
  ASSERT_TRUE(WriteFileAtomic(Path("large"), large).ok());
  auto read = ReadFile(Path("large"));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, large);
}

TEST_F(Files, ModeFollowsTheUmask) {
  const mode_t old = umask(027);
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("x")).ok());
  umask(old);
  EXPECT_EQ(fs::status(Path("a")).permissions(), static_cast<fs::perms>(0640));
}

TEST_F(Files, ReadErrorsNameTheFile) {
  auto missing = ReadFile(Path("missing"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.status().code(), StatusCode::kIo);
  EXPECT_EQ(missing.status().where(), Path("missing"));
  EXPECT_THAT(missing.status().what(), HasSubstr("No such file"));

  auto folder = ReadFile(dir_);
  ASSERT_FALSE(folder.ok());
  EXPECT_THAT(folder.status().what(), HasSubstr("Is a directory"));
}

TEST_F(Files, PipesAndDevicesAreRefusedAtOnce) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  for (const std::string& path : {Path("pipe"), std::string("/dev/zero")}) {
    auto result = ReadFile(path);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().code(), StatusCode::kIo);
    EXPECT_EQ(result.status().what(), "not a regular file");
  }
}

TEST_F(Files, AFileLargerThanMemoryIsRefused) {
  const int fd = open(Path("sparse").c_str(), O_CREAT | O_WRONLY, 0600);
  ASSERT_GE(fd, 0);
  const bool possible = ftruncate(fd, off_t{1} << 43) == 0;  // 8 TiB
  close(fd);
  if (!possible) GTEST_SKIP() << "this file system has no files of 8 TiB";
  auto result = ReadFile(Path("sparse"));
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.status().what(), HasSubstr("larger than"));
}

TEST_F(Files, MissingFolder) {
  const Status status = WriteFileAtomic(Path("none/a"), std::string("x"));
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_EQ(status.where(), Path("none/a"));
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(Files, ReadOnlyFolderKeepsTheOldFile) {
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("old")).ok());
  ASSERT_EQ(chmod(dir_.c_str(), 0555), 0);
  // Root may write everywhere: be somebody else meanwhile.
  const uid_t user = geteuid();
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(seteuid(user == 0 ? kNobody : user), 0);
  const Status status = WriteFileAtomic(Path("a"), std::string("new"));
  ASSERT_EQ(seteuid(user), 0);
  ASSERT_EQ(chmod(dir_.c_str(), 0700), 0);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_EQ(Text("a"), "old");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(Files, AFolderAsTargetStays) {
  ASSERT_TRUE(MakeDirectories(Path("folder")).ok());
  const Status status = WriteFileAtomic(Path("folder"), std::string("x"));
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_TRUE(fs::is_directory(Path("folder")));
  EXPECT_THAT(Names(), ElementsAre("folder"));
}

TEST_F(Files, ADeviceAsTargetStays) {
  // Renaming over it would replace it, as root does without being asked.
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(WriteFileAtomic(Path("pipe"), std::string("x")).code(), StatusCode::kIo);
  EXPECT_TRUE(fs::is_fifo(Path("pipe")));
  EXPECT_THAT(Names(), ElementsAre("pipe"));
  EXPECT_EQ(WriteFileAtomic("/dev/full", std::string("x")).code(), StatusCode::kIo);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(Files, AFullDiskKeepsTheOldFileAndNoTemporary) {
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("old")).ok());
  // A limit on file size stands in for the full disk: write() takes a part, then refuses.
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 100'000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = WriteFileAtomic(Path("a"), std::vector<uint8_t>(1'000'000, 7));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);

  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_THAT(status.what(), HasSubstr("File too large"));
  EXPECT_THAT(status.advice(), HasSubstr("ulimit"));
  EXPECT_EQ(Text("a"), "old");
  EXPECT_THAT(Names(), ElementsAre("a"));
}

TEST_F(Files, WritingThroughALinkReplacesWhatItNames) {
  ASSERT_TRUE(MakeDirectories(Path("elsewhere")).ok());
  ASSERT_TRUE(WriteFileAtomic(Path("elsewhere/a"), std::string("old")).ok());
  fs::create_symlink("elsewhere/a", Path("link"));
  ASSERT_TRUE(WriteFileAtomic(Path("link"), std::string("new")).ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(Text("elsewhere/a"), "new");
  EXPECT_THAT(Names(), UnorderedElementsAre("elsewhere", "link"));
}

TEST_F(Files, MakeDirectoriesCreatesParents) {
  EXPECT_TRUE(MakeDirectories(Path("a/b//c")).ok());
  EXPECT_TRUE(fs::is_directory(Path("a/b/c")));
  EXPECT_TRUE(MakeDirectories(Path("a/b/c/")).ok());
  EXPECT_TRUE(MakeDirectories("/").ok());
  EXPECT_TRUE(MakeDirectories("").ok());
}

TEST_F(Files, MakeDirectoriesNamesThePartInTheWay) {
  ASSERT_TRUE(WriteFileAtomic(Path("file"), std::string("x")).ok());
  const Status status = MakeDirectories(Path("file/below"));
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_EQ(status.where(), Path("file"));
  EXPECT_EQ(MakeDirectories("/proc/no/such").code(), StatusCode::kIo);
}

TEST_F(Files, FileExists) {
  EXPECT_FALSE(FileExists(Path("a")));
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("x")).ok());
  EXPECT_TRUE(FileExists(Path("a")));
}

}  // namespace
}  // namespace dc
