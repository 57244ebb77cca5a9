#include "dc/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace dc {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

// What was flushed to disk, "file" or "folder", in order.
std::vector<std::string> flushed;

}  // namespace
}  // namespace dc

// In the place of the C library's, in this program.
extern "C" int fsync(int descriptor) {
  struct stat info;
  if (fstat(descriptor, &info) != 0) return -1;
  dc::flushed.emplace_back(S_ISDIR(info.st_mode) ? "folder" : "file");
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

namespace dc {
namespace {

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

TEST_F(Files, AFileThatWasThereKeepsItsMode) {
  for (const mode_t mode : {0600, 0640, 0666, 0444}) {
    ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("old")).ok());
    ASSERT_EQ(chmod(Path("a").c_str(), mode), 0);
    ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("new")).ok());
    EXPECT_EQ(fs::status(Path("a")).permissions(), static_cast<fs::perms>(mode));
    EXPECT_EQ(Text("a"), "new");
  }
}

TEST_F(Files, AFileThatWasThereKeepsItsOwner) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("old")).ok());
  ASSERT_EQ(chown(Path("a").c_str(), 12, 34), 0);
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("new")).ok());
  struct stat info;
  ASSERT_EQ(stat(Path("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 12u);
  EXPECT_EQ(info.st_gid, 34u);
}

TEST_F(Files, TheFolderIsFlushedAfterTheRename) {
  flushed.clear();
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("x")).ok());
  EXPECT_THAT(flushed, ElementsAre("file", "folder"));
}

// The id of a process that has ended.
pid_t DeadProcess() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

TEST_F(Files, WhatKilledRunsLeftIsRemovedByTheNext) {
  const std::string dead = ".tmp" + std::to_string(DeadProcess());
  const std::string alive = ".tmp" + std::to_string(getppid());
  const std::vector<std::string> others = {"b" + dead,       "a" + alive, "a.tmp",  "a.tmpx",
                                           "a" + dead + "x", "a.tmp0",    "a.tmp-1"};
  for (const std::string& name : others) std::ofstream(Path(name)) << "other";
  std::ofstream(Path("a" + dead)) << "half of a";
  ASSERT_TRUE(WriteFileAtomic(Path("a"), std::string("whole")).ok());
  std::vector<std::string> left = others;
  left.emplace_back("a");
  EXPECT_THAT(Names(), UnorderedElementsAreArray(left));

  // Through a link, they are where the file is.
  ASSERT_TRUE(MakeDirectories(Path("elsewhere")).ok());
  std::ofstream(Path("elsewhere/c")) << "c";
  std::ofstream(Path("elsewhere/c" + dead)) << "half of c";
  fs::create_symlink("elsewhere/c", Path("link"));
  RemoveAbandoned(Path("link"));
  EXPECT_FALSE(FileExists(Path("elsewhere/c" + dead)));
  EXPECT_TRUE(FileExists(Path("elsewhere/c")));
}

TEST_F(Files, ALockedTemporaryStays) {
  const std::string name = "a.tmp" + std::to_string(DeadProcess());
  // As of a process in a container, whose number means nothing here.
  const int fd = open(Path(name).c_str(), O_CREAT | O_WRONLY, 0600);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(flock(fd, LOCK_EX), 0);
  RemoveAbandoned(Path("a"));
  EXPECT_TRUE(FileExists(Path(name)));
  close(fd);
  RemoveAbandoned(Path("a"));
  EXPECT_FALSE(FileExists(Path(name)));
}

TEST_F(Files, ALockOfAFolderIsGrantedOnce) {
  auto first = FileLock::OfFolder(dir_);
  ASSERT_TRUE(first.ok());
  const auto second = FileLock::OfFolder(Path("."));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kIo);
  EXPECT_THAT(second.status().what(), HasSubstr("another run"));
  *first = FileLock();
  EXPECT_TRUE(FileLock::OfFolder(dir_).ok());
  EXPECT_EQ(FileLock::OfFolder(Path("none")).status().code(), StatusCode::kIo);
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(Files, ALockOfANameIsGrantedOnceAndLeavesNothing) {
  auto first = FileLock::OfName(Path("a"));
  ASSERT_TRUE(first.ok());
  const auto second = FileLock::OfName(dir_ + "/./a");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().where(), dir_ + "/./a");
  EXPECT_TRUE(FileLock::OfName(Path("b")).ok());
  FileLock moved = *std::move(first);
  EXPECT_FALSE(FileLock::OfName(Path("a")).ok());
  moved = FileLock();
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_EQ(FileLock::OfName(Path("none/a")).status().code(), StatusCode::kIo);
}

TEST_F(Files, ALockDiesWithItsOwner) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = FileLock::OfName(Path("a"));
    const char granted = lock.ok() ? '1' : '0';
    if (write(pipe_ends[1], &granted, 1) != 1) _exit(1);
    pause();
  }
  char granted = 0;
  ASSERT_EQ(read(pipe_ends[0], &granted, 1), 1);
  EXPECT_EQ(granted, '1');
  EXPECT_FALSE(FileLock::OfName(Path("a")).ok());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(FileLock::OfName(Path("a")).ok());
  EXPECT_THAT(Names(), IsEmpty());
  close(pipe_ends[0]);
  close(pipe_ends[1]);
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
