#include "pipeline/stage_stamps.h"

#include <gtest/gtest.h>

#include "dc/files.h"
#include "unit/data/scratch_dir.h"

namespace dc {
namespace {

Dataset Small() {
  Dataset data;
  data.classes = 2;
  data.channels = data.height = 1;
  data.width = 2;
  data.train = {2, {1, 2, 3, 4}, {}, {0, 1}};
  data.test = {1, {5, 6}, {}, {1}};
  return data;
}

TEST(StageStamps, TheStampOfDataCoversSamplesAndLabelsOfBothParts) {
  const std::string stamp = DataStamp(Small());
  EXPECT_EQ(DataStamp(Small()), stamp);
  Dataset changed = Small();
  std::swap(changed.train.labels[0], changed.train.labels[1]);
  EXPECT_NE(DataStamp(changed), stamp);
  changed = Small();
  changed.train.u8[3] = 5;
  EXPECT_NE(DataStamp(changed), stamp);
  changed = Small();
  changed.test.u8[0] = 6;
  EXPECT_NE(DataStamp(changed), stamp);
  changed = Small();
  changed.test.labels[0] = 0;
  EXPECT_NE(DataStamp(changed), stamp);
  changed = Small();
  changed.train.u8.clear();
  changed.train.f32 = {1, 2, 3, 4};
  EXPECT_NE(DataStamp(changed), stamp);
}

TEST(StageStamps, TheStampOfDataCoversTargetsAndTheirShape) {
  Dataset data = Small();
  data.classes = 0;
  data.target_shape = {2};
  data.train.labels.clear();
  data.test.labels.clear();
  data.train.targets = {1, 2, 3, 4};
  data.test.targets = {5, 6};
  const std::string stamp = DataStamp(data);
  Dataset changed = data;
  changed.test.targets[1] = 7;
  EXPECT_NE(DataStamp(changed), stamp);
  changed = data;
  changed.train.targets[0] = 0;
  EXPECT_NE(DataStamp(changed), stamp);
  changed = data;
  changed.target_shape = {1, 2};
  EXPECT_NE(DataStamp(changed), stamp);
}

TEST(StageStamps, HoldWhileFingerprintAndFileAreThoseOfTheRecord) {
  const ScratchDir dir;
  const std::string file = dir.File("pruned.onnx"), folder = file.substr(0, file.rfind('/'));
  ASSERT_TRUE(WriteFileAtomic(file, "model").ok());
  StageStamps stamps(folder);
  EXPECT_FALSE(stamps.Holds("prune", "7", file));
  ASSERT_TRUE(stamps.Record("train", "6", file).ok());
  ASSERT_TRUE(stamps.Record("prune", "7", file).ok());
  const StageStamps later(folder);
  EXPECT_TRUE(later.Holds("prune", "7", file));
  EXPECT_TRUE(later.Holds("train", "6", file));
  EXPECT_FALSE(later.Holds("prune", "8", file));
  EXPECT_FALSE(later.Holds("quantize", "7", file));
  ASSERT_TRUE(WriteFileAtomic(file, "mode").ok());
  EXPECT_FALSE(later.Holds("prune", "7", file));
  EXPECT_FALSE(later.Holds("prune", "7", dir.File("none")));
}

TEST(StageStamps, ARecordThatIsNoneIsNoError) {
  const ScratchDir dir;
  const std::string file = dir.File("stages.txt");
  ASSERT_TRUE(WriteFileAtomic(file, std::string("\xff\n\n x", 5)).ok());
  EXPECT_FALSE(StageStamps(file.substr(0, file.rfind('/'))).Holds("train", "", file));
}

}  // namespace
}  // namespace dc
