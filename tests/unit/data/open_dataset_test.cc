#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/data.h"
#include "unit/data/scratch_dir.h"

namespace dc {
namespace {

TEST(OpenDatasetTest, UnknownSpecsListTheKnownOnes) {
  for (const char* spec :
       {"", "mnist", "mnist:", "fashion-mnist:/tmp", "imagenet:/data", ":x", "npz:"}) {
    const auto data = OpenDataset(spec);
    ASSERT_FALSE(data.ok()) << spec;
    EXPECT_EQ(data.status().code(), StatusCode::kUsage);
    EXPECT_THAT(data.status().ToString(), testing::HasSubstr("cifar10:DIR"));
  }
}

TEST(OpenDatasetTest, TheFilesThatAreRead) {
  using testing::ElementsAre;
  using testing::IsEmpty;
  using testing::UnorderedElementsAre;
  const ScratchDir dir;
  const std::string labels = dir.Write("train-labels.idx1-ubyte.gz", "x");
  const std::string images = dir.Write("t10k-images-idx3-ubyte", "x");
  const std::string batch = dir.Write("data_batch_5.bin.zst", "x");
  const std::string test = dir.Write("test_batch.bin", "x");
  dir.Write("other.bin", "x");
  for (const char* kind : {"idx:", "mnist:"}) {
    EXPECT_THAT(DatasetFiles(kind + dir.path()), UnorderedElementsAre(labels, images));
  }
  EXPECT_THAT(DatasetFiles("cifar10:" + dir.path()), UnorderedElementsAre(batch, test));
  EXPECT_THAT(DatasetFiles("npz:" + test), ElementsAre(test));
  EXPECT_THAT(DatasetFiles("tarot:" + dir.path()), IsEmpty());
}

}  // namespace
}  // namespace dc
