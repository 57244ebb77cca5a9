#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "dc/data.h"
#include "unit/data/packing.h"
#include "unit/data/scratch_dir.h"

namespace dc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Bytes Idx(const std::vector<uint32_t>& shape, const Bytes& values, uint8_t type = 8) {
  Bytes file = {0, 0, type, static_cast<uint8_t>(shape.size())};
  for (uint32_t d : shape) {
    for (int shift : {24, 16, 8, 0}) file.push_back(static_cast<uint8_t>(d >> shift));
  }
  file.insert(file.end(), values.begin(), values.end());
  return file;
}

// Three training and two test images of 2 x 3 pixels; pixel values count up.
class IdxTest : public testing::Test {
 protected:
  IdxTest() {
    Write("train-images-idx3-ubyte", Idx({3, 2, 3}, Counting(18, 0)));
    Write("train-labels-idx1-ubyte", Idx({3}, {4, 0, 2}));
    Write("t10k-images-idx3-ubyte", Idx({2, 2, 3}, Counting(12, 100)));
    Write("t10k-labels-idx1-ubyte", Idx({2}, {1, 3}));
  }
  static Bytes Counting(size_t count, uint8_t first) {
    Bytes bytes(count);
    for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(first + i);
    return bytes;
  }
  void Write(const std::string& name, const Bytes& bytes) { dir_.Write(name, bytes); }
  StatusOr<Dataset> Open(const std::string& kind = "idx") {
    return OpenDataset(kind + ":" + dir_.path());
  }
  Status Error() {
    const auto data = Open();
    EXPECT_FALSE(data.ok());
    EXPECT_THAT(data.status().ToString(), HasSubstr(dir_.path()));
    return data.status();
  }

  ScratchDir dir_;
};

TEST_F(IdxTest, ReadsImagesAndLabels) {
  const auto data = Open();
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_EQ(data->name, "idx:" + dir_.path());
  EXPECT_EQ(data->classes, 5);  // the largest label is 4
  EXPECT_EQ(data->channels, 1);
  EXPECT_EQ(data->height, 2);
  EXPECT_EQ(data->width, 3);
  EXPECT_EQ(data->train.count, 3);
  EXPECT_EQ(data->train.u8, Counting(18, 0));
  EXPECT_TRUE(data->train.f32.empty());
  EXPECT_EQ(data->train.labels, (std::vector<int32_t>{4, 0, 2}));
  EXPECT_EQ(data->test.count, 2);
  EXPECT_EQ(data->test.u8, Counting(12, 100));
  EXPECT_EQ(data->test.labels, (std::vector<int32_t>{1, 3}));
}

TEST_F(IdxTest, MnistHasTenClasses) {
  EXPECT_EQ(Open("mnist")->classes, 10);
  Write("t10k-labels-idx1-ubyte", Idx({2}, {1, 10}));
  const auto data = Open("mnist");
  ASSERT_FALSE(data.ok());
  EXPECT_THAT(data.status().ToString(),
              AllOf(HasSubstr("label 10 is not in 0..9"), HasSubstr("test label 1")));
}

TEST_F(IdxTest, ReadsCompressedFilesAndTheOtherSpelling) {
  for (const char* name : {"train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    std::filesystem::remove(dir_.File(name));
  }
  Write("train-images-idx3-ubyte.gz", Gzipped(Idx({3, 2, 3}, Counting(18, 0))));
  Write("t10k-labels.idx1-ubyte.zst", Zstandard(Idx({2}, {1, 3})));
  const auto data = Open();
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_EQ(data->train.u8, Counting(18, 0));
  EXPECT_EQ(data->test.labels, (std::vector<int32_t>{1, 3}));
}

TEST_F(IdxTest, MissingFilesAndDirectories) {
  std::filesystem::remove(dir_.File("t10k-labels-idx1-ubyte"));
  EXPECT_EQ(Error().code(), StatusCode::kIo);
  EXPECT_THAT(Error().ToString(), HasSubstr("t10k-labels-idx1-ubyte"));
  const auto nowhere = OpenDataset("mnist:" + dir_.path() + "/nowhere");
  EXPECT_EQ(nowhere.status().code(), StatusCode::kIo);
  EXPECT_THAT(nowhere.status().ToString(), HasSubstr("no such directory"));
}

TEST_F(IdxTest, WrongMagicAndTypes) {
  Write("train-images-idx3-ubyte", Bytes{'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0});
  EXPECT_THAT(Error().ToString(), HasSubstr("not an idx file"));
  Write("train-images-idx3-ubyte", Bytes{});
  EXPECT_THAT(Error().ToString(), HasSubstr("not an idx file"));
  Write("train-images-idx3-ubyte", Idx({3, 2, 3}, Bytes(18 * 4), 0x0D));
  EXPECT_EQ(Error().code(), StatusCode::kUnsupported);
  // Labels where images should be, and the other way round.
  Write("train-images-idx3-ubyte", Idx({3}, {4, 0, 2}));
  EXPECT_THAT(Error().ToString(), HasSubstr("images of rank 1"));
  Write("train-images-idx3-ubyte", Idx({3, 2, 3}, Counting(18, 0)));
  Write("train-labels-idx1-ubyte", Idx({3, 1, 1}, {4, 0, 2}));
  EXPECT_THAT(Error().ToString(), HasSubstr("labels of rank 3"));
}

TEST_F(IdxTest, CountsMustMatch) {
  Write("train-labels-idx1-ubyte", Idx({2}, {4, 0}));
  EXPECT_THAT(Error().ToString(), HasSubstr("3 images but 2 labels"));
  Write("train-labels-idx1-ubyte", Idx({3}, {4, 0, 2}));
  Write("t10k-images-idx3-ubyte", Idx({2, 3, 2}, Counting(12, 0)));
  EXPECT_THAT(Error().ToString(), HasSubstr("another size"));
}

TEST_F(IdxTest, SizesMustBeThoseOfTheHeader) {
  Write("train-images-idx3-ubyte", Idx({3, 2, 3}, Counting(17, 0)));
  EXPECT_THAT(Error().ToString(), HasSubstr("ends before its last entry"));
  Write("train-images-idx3-ubyte", Idx({3, 2, 3}, Counting(19, 0)));
  EXPECT_THAT(Error().ToString(), HasSubstr("longer than its header says"));
  Write("train-images-idx3-ubyte", Gzipped(Idx({3, 2, 3}, Bytes(5000000, 0))));
  EXPECT_THAT(Error().ToString(), HasSubstr("longer than its header says"));
  Write("train-images-idx3-ubyte", Idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {}));
  EXPECT_THAT(Error().ToString(), HasSubstr("more than 4 GB"));
  Write("train-images-idx3-ubyte", Idx({0, 2, 3}, {}));
  EXPECT_THAT(Error().ToString(), HasSubstr("without entries"));
  Write("train-images-idx3-ubyte", Bytes{0, 0, 8, 3, 0, 0, 0, 3, 0, 0});
  EXPECT_THAT(Error().ToString(), HasSubstr("truncated"));
}

TEST(IdxRealDataTest, Mnist) {
  const char* directory = std::getenv("DC_MNIST_DIR");
  if (!directory) GTEST_SKIP() << "DC_MNIST_DIR is not set";
  const auto data = OpenDataset(std::string("mnist:") + directory);
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_EQ(data->train.count, 60000);
  EXPECT_EQ(data->test.count, 10000);
  EXPECT_EQ(data->sample_size(), 784);
  // The published number of training images of each digit.
  std::vector<int> digits(10, 0);
  for (int32_t label : data->train.labels) ++digits[static_cast<size_t>(label)];
  EXPECT_EQ(digits, (std::vector<int>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
}

TEST(IdxRealDataTest, FashionMnist) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    const Status status = OpenDataset("fashion-mnist").status();
    EXPECT_THAT(status.ToString(), HasSubstr("apt-get install dataset-fashion-mnist"));
    return;
  }
  const auto data = OpenDataset("fashion-mnist");
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_EQ(data->classes, 10);
  EXPECT_EQ(data->train.count, 60000);
  EXPECT_EQ(data->test.count, 10000);
  std::vector<int> classes(10, 0);
  for (int32_t label : data->test.labels) ++classes[static_cast<size_t>(label)];
  EXPECT_EQ(classes, std::vector<int>(10, 1000));
}

}  // namespace
}  // namespace dc
