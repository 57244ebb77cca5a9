#include "base/raw_vector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace dc {
namespace {

TEST(RawVectorTest, KeepsItsNumbersWhenItGrowsShrinksAndMoves) {
  // From small arrays to several large pages.
  RawVector<uint32_t> numbers;
  for (size_t size : {1000u, 600'000u, 1'500'000u, 1'000'000u}) {
    const size_t before = std::min(numbers.size(), size);
    numbers.resize(size);
    for (size_t i = before; i < size; ++i) numbers[i] = static_cast<uint32_t>(i * 2654435761u);
  }
  numbers.shrink_to_fit();
  const RawVector<uint32_t> moved = std::move(numbers);
  const RawVector<uint32_t> copy = moved;
  ASSERT_EQ(copy.size(), 1'000'000u);
  for (size_t i = 0; i < copy.size(); ++i) {
    ASSERT_EQ(copy[i], static_cast<uint32_t>(i * 2654435761u)) << i;
  }
}

TEST(RawVectorTest, MemoryIsWritableToItsLastByte) {
  constexpr size_t kLargePage = size_t{2} << 20;
  for (size_t bytes : {size_t{0}, size_t{1}, kLargePage - 1, kLargePage, kLargePage + 1,
                       3 * kLargePage - 1, 3 * kLargePage}) {
    uint8_t* const memory = static_cast<uint8_t*>(AllocateRaw(bytes));
    ASSERT_NE(memory, nullptr) << bytes;
    for (size_t i = 0; i < bytes; ++i) memory[i] = static_cast<uint8_t>(i);
    for (size_t i = 0; i < bytes; i += 4095) ASSERT_EQ(memory[i], static_cast<uint8_t>(i));
    ReleaseRaw(memory, bytes);
  }
}

TEST(RawVectorTest, LeavesWhatIsThereAlone) {
  // Within its capacity a vector that grows again finds what it had.
  RawVector<uint16_t> numbers(3);
  numbers[2] = 7;
  numbers.resize(2);
  numbers.resize(3);
  EXPECT_EQ(numbers[2], 7);
}

}  // namespace
}  // namespace dc
