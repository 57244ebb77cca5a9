#include "train/train_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "dc/files.h"

namespace dc::train {
namespace {

using ::testing::HasSubstr;

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest()
      : path_((std::filesystem::temp_directory_path() /
               ("dc_checkpoint_test_" + std::to_string(::getpid())))
                  .string()) {
    checkpoint_.fingerprint = {{"epochs", "4"}, {"seed", "7"}};
    checkpoint_.records = {{1, 0.1, 2.5, 30.0, NAN, NAN, 1.5},
                           {2, 0.05, 2.0, 20.0, 1.9, 21.0, 1.25}};
    checkpoint_.dropout = {{"drop", 0.75}};
    checkpoint_.arrays = {{1.0f, -2.5f}, {}, {3.0f}};
    checkpoint_.best_epoch = 2;
    checkpoint_.best = {{4.0f}};
  }
  ~CheckpointTest() override { std::filesystem::remove(path_); }

  std::string path_;
  Checkpoint checkpoint_;
};

TEST_F(CheckpointTest, ReadsBackWhatWasWritten) {
  ASSERT_TRUE(SaveCheckpoint(path_, checkpoint_).ok());
  const auto read = LoadCheckpoint(path_, checkpoint_.fingerprint);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  ASSERT_EQ(read->records.size(), 2u);
  EXPECT_EQ(read->records[0].epoch, 1);
  EXPECT_TRUE(std::isnan(read->records[0].validation_loss));
  EXPECT_EQ(read->records[1].validation_error_percent, 21.0);
  EXPECT_EQ(read->records[1].seconds, 1.25);
  EXPECT_EQ(read->dropout, checkpoint_.dropout);
  EXPECT_EQ(read->arrays, checkpoint_.arrays);
  EXPECT_EQ(read->best_epoch, 2);
  EXPECT_EQ(read->best, checkpoint_.best);
}

TEST_F(CheckpointTest, NamesTheFirstDifference) {
  ASSERT_TRUE(SaveCheckpoint(path_, checkpoint_).ok());
  const auto other = LoadCheckpoint(path_, {{"epochs", "4"}, {"seed", "8"}});
  EXPECT_EQ(other.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(other.status().ToString(), HasSubstr("its seed is 7 and not 8"));
  EXPECT_THAT(
      LoadCheckpoint(path_, {{"epochs", "4"}, {"seed", "7"}, {"data", "x"}}).status().ToString(),
      HasSubstr("its data is missing"));
}

// Every truncation and every flipped byte is noticed.
TEST_F(CheckpointTest, NoticesDamage) {
  ASSERT_TRUE(SaveCheckpoint(path_, checkpoint_).ok());
  const std::vector<uint8_t> whole = *ReadFile(path_);
  for (size_t i = 0; i < whole.size(); ++i) {
    std::vector<uint8_t> cut(whole.begin(), whole.begin() + i), flipped = whole;
    flipped[i] ^= 0x10;
    for (const auto& bytes : {cut, flipped}) {
      std::ofstream(path_, std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
      const auto read = LoadCheckpoint(path_, checkpoint_.fingerprint);
      ASSERT_EQ(read.status().code(), StatusCode::kBadInput) << "byte " << i;
      ASSERT_THAT(read.status().ToString(), HasSubstr(path_));
    }
  }
}

TEST_F(CheckpointTest, MissingFileIsAnIoError) {
  EXPECT_EQ(LoadCheckpoint(path_ + "_none", {}).status().code(), StatusCode::kIo);
}

}  // namespace
}  // namespace dc::train
