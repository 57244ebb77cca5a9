#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/data.h"

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

}  // namespace
}  // namespace dc
