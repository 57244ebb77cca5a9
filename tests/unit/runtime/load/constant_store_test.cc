// Constants as the nodes of a plan ask for them.
#include <gtest/gtest.h>

#include "runtime/load/constant_file.h"
#include "unit/runtime/run_checks.h"

namespace dc::runtime {
namespace {

TEST(ConstantStoreTest, HandsOutAConstantAsOftenAsItsFileMayAskFor) {
  constexpr int64_t kElements = 1 << 18;
  NetBuilder net({-1, kElements});
  const auto shared = net.Random({kElements});
  const auto sum = net.Node(format::Op::kAdd, {net.input(), shared});
  net.Node(format::Op::kMul, {sum, shared});
  const std::vector<uint8_t> bytes = net.File();
  const auto file = OpenFile(bytes);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  const auto expected = LoadConstant(*file, 0);
  ASSERT_TRUE(expected.ok());
  ConstantStore store(*file);
  int copies = 0;
  for (;; ++copies) {
    ASSERT_LT(copies, 100);
    const auto constant = store.Load(0);
    if (!constant.ok()) {
      EXPECT_EQ(constant.status().code(), StatusCode::kUnsupported);
      break;
    }
    EXPECT_EQ(constant->values, expected->values);
  }
  // 2^22 elements, and 8 times those of the file.
  EXPECT_EQ(copies, 16 + 8);
}

}  // namespace
}  // namespace dc::runtime
