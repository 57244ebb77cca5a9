#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/data.h"
#include "unit/data/packing.h"
#include "unit/data/scratch_dir.h"

namespace dc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Records with these labels; the pixels of record i are i, i + 1, i + 2 in planes R, G, B.
Bytes Batch(const Bytes& labels) {
  Bytes file;
  for (size_t i = 0; i < labels.size(); ++i) {
    file.push_back(labels[i]);
    for (size_t plane = 0; plane < 3; ++plane) {
      file.insert(file.end(), 1024, static_cast<uint8_t>(i + plane));
    }
  }
  return file;
}

TEST(Cifar10Test, JoinsTheBatchesThatAreThere) {
  const ScratchDir dir;
  dir.Write("data_batch_1.bin", Batch({3, 9}));
  dir.Write("data_batch_2.bin.gz", Gzipped(Batch({0})));
  dir.Write("data_batch_5.bin.zst", Zstandard(Batch({7})));
  dir.Write("test_batch.bin", Batch({1, 2, 3}));
  const auto data = OpenDataset("cifar10:" + dir.path());
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_EQ(data->classes, 10);
  EXPECT_EQ(data->channels, 3);
  EXPECT_EQ(data->height, 32);
  EXPECT_EQ(data->width, 32);
  EXPECT_EQ(data->train.count, 4);
  EXPECT_EQ(data->train.labels, (std::vector<int32_t>{3, 9, 0, 7}));
  ASSERT_EQ(data->train.u8.size(), 4u * 3072);
  EXPECT_EQ(data->train.u8[3072], 1);         // red of the second record
  EXPECT_EQ(data->train.u8[3072 + 2048], 3);  // its blue
  EXPECT_EQ(data->test.count, 3);
}

TEST(Cifar10Test, NeedsATrainingAndATestBatch) {
  const ScratchDir dir;
  const auto error = [&] { return OpenDataset("cifar10:" + dir.path()).status(); };
  EXPECT_EQ(error().code(), StatusCode::kIo);
  EXPECT_THAT(error().ToString(), HasSubstr("data_batch_1.bin"));
  dir.Write("data_batch_3.bin", Batch({3}));
  EXPECT_THAT(error().ToString(), HasSubstr("test_batch.bin"));
  dir.Write("test_batch.bin", Batch({3}));
  EXPECT_TRUE(error().ok());
}

TEST(Cifar10Test, RefusesFilesThatAreNoBatches) {
  const ScratchDir dir;
  dir.Write("test_batch.bin", Batch({3}));
  const auto error = [&](const Bytes& bytes) {
    dir.Write("data_batch_1.bin", bytes);
    const Status status = OpenDataset("cifar10:" + dir.path()).status();
    EXPECT_EQ(status.code(), StatusCode::kBadInput);
    return status.ToString();
  };
  EXPECT_THAT(error(Batch({3, 10})), AllOf(HasSubstr("label 10"), HasSubstr("record 1")));
  EXPECT_THAT(error(Bytes(3074, 0)), HasSubstr("3074 bytes"));
  EXPECT_THAT(error({}), HasSubstr("0 bytes"));
  Bytes cut = Gzipped(Batch({1, 2}));
  cut.resize(cut.size() - 9);
  EXPECT_THAT(error(cut), HasSubstr("truncated"));
}

TEST(Cifar10Test, RefusesBatchesWithoutBound) {
  const ScratchDir dir;
  dir.Write("test_batch.bin", Batch({3}));
  dir.Write("data_batch_1.bin.zst", Zstandard(Bytes(3073 * 60001, 0)));
  const Status status = OpenDataset("cifar10:" + dir.path()).status();
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_THAT(status.ToString(), HasSubstr("more than 60000 images"));
}

}  // namespace
}  // namespace dc
