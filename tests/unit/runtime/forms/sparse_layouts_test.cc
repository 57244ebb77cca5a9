// What the sparse layouts hold: SELL-16, blocks and CSB.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/rng.h"
#include "parity/sparse_samples.h"
#include "runtime/forms/block_form.h"
#include "runtime/forms/block_plan.h"
#include "runtime/forms/byte_form.h"
#include "runtime/forms/csb_form.h"
#include "runtime/forms/sell_form.h"
#include "runtime/forms/slot_rest.h"
#include "runtime/forms/sparse_rows.h"
#include "runtime/kernels/block_matrix.h"
#include "runtime/kernels/csb_matrix.h"
#include "runtime/kernels/sell_matrix.h"

namespace dc::runtime {
namespace {

// Value at (row, column), zeros left out.
using Contents = std::map<std::pair<uint32_t, uint32_t>, float>;

Contents ContentsOf(const SellMatrix& w) {
  Contents contents;
  for (size_t slot = 0; slot < w.slots(); ++slot) {
    w.ForEachEntry(slot, [&](uint32_t column, float value) {
      if (value == 0) return;
      EXPECT_LT(w.slot_rows[slot], w.rows);
      EXPECT_LT(column, w.columns);
      EXPECT_TRUE(contents.emplace(std::pair{w.slot_rows[slot], column}, value).second);
    });
  }
  return contents;
}

Contents ContentsOf(const RestMatrix& w) {
  Contents contents;
  for (size_t slot = 0; slot < w.slot_rows.size(); ++slot) {
    for (RestMatrix::Row row(w, slot); row.more(); row.Next()) {
      EXPECT_LT(w.slot_rows[slot], w.rows);
      EXPECT_LT(row.column(), w.columns);
      EXPECT_TRUE(
          contents.emplace(std::pair{w.slot_rows[slot], row.column()}, w.codebook[row.code()])
              .second);
    }
  }
  return contents;
}

Contents ContentsOf(const CsbMatrix& w) {
  Contents contents;
  for (size_t band = 0; band < w.bands(); ++band) {
    w.ForEachEntry(band, [&](uint32_t row, uint32_t column, float value) {
      EXPECT_LE(w.band_begin[band], row);
      EXPECT_LT(row, w.band_begin[band + 1]);
      EXPECT_LT(column, w.columns);
      EXPECT_TRUE(contents.emplace(std::pair{row, column}, value).second);
    });
  }
  return contents;
}

// Checks that positions grow within each row.
Contents ContentsOf(const SparseRows& rows, std::span<const float> codebook) {
  Contents contents;
  for (uint32_t row = 0; row < rows.rows; ++row) {
    for (uint64_t i = rows.begin[row]; i < rows.begin[row + 1]; ++i) {
      EXPECT_TRUE(i == rows.begin[row] || rows.positions[i - 1] < rows.positions[i]);
      const uint32_t column = rows.positions[i] - row * rows.columns;
      contents[{row, column}] = codebook[rows.codes[i]];
    }
  }
  return contents;
}

TEST(SparseLayoutsTest, HoldExactlyTheSurvivors) {
  Rng rng(5);
  for (int round = 0; round < 60; ++round) {
    const uint32_t rows = 1 + rng.Below(70), columns = 1 + rng.Below(900);
    const uint32_t entries = round % 3 == 0 ? 300 : 1 + rng.Below(40);
    const double density = rng.Uniform() * rng.Uniform();
    const bool transposed = rng.Below(2) == 1;
    std::vector<float> codebook(entries);
    for (float& value : codebook) value = rng.Below(10) ? static_cast<float>(rng.Normal()) : 0.0f;
    const uint32_t minor = transposed ? rows : columns;
    Contents expected;
    std::vector<uint32_t> positions;
    std::vector<uint16_t> codes;
    for (uint32_t i = 0; i < rows * columns; ++i) {
      if (rng.Uniform() >= density) continue;
      positions.push_back(i);
      codes.push_back(static_cast<uint16_t>(rng.Below(entries)));
      const uint32_t a = i / minor, b = i % minor;
      const float value = codebook[codes.back()];
      if (value != 0) expected[transposed ? std::pair{b, a} : std::pair{a, b}] = value;
    }
    const SparseRows stored =
        FindRows(transposed ? columns : rows, minor, positions, codes, codebook);
    const SparseRows sorted = Transposed(stored);
    const SparseRows& source = transposed ? sorted : stored;
    const SellMatrix sell = LayOutSell(stored, transposed, codebook);
    EXPECT_EQ(ContentsOf(sell), expected);
    EXPECT_EQ(sell.survivors, static_cast<int64_t>(expected.size()));
    EXPECT_GE(sell.codebook.size(), 64u);
    EXPECT_EQ(ContentsOf(SurvivorsOf(sell), sell.codebook), expected);
    const CsbMatrix csb = LayOutCsb(stored, transposed, codebook,
                                    {.group_rows = rows % 2 ? rows : rows / 2,
                                     .band_rows = 1 + rng.Below(40),
                                     .block_columns = 1 + rng.Below(255)});
    EXPECT_EQ(ContentsOf(csb), expected);
    if (entries < RestMatrix::kMaxEntries) {
      const RestMatrix rest =
          LayOutRest(stored, transposed, codebook, 2, std::pmr::get_default_resource());
      EXPECT_EQ(ContentsOf(rest), expected);
    }
    if (entries < BlockMatrix::kMaxEntries) {
      SlotPlan plan;
      // Rows in their order and slices that are alike take another way.
      const bool alike = rng.Below(2) == 0;
      const uint8_t words = static_cast<uint8_t>(rng.Below(8));
      for (uint32_t row = 0; row < rows; ++row) {
        plan.order.push_back(alike ? row : (row * 71 + 5) % rows);
      }
      for (uint32_t first = 0; first < rows; first += BlockMatrix::kRows) {
        plan.words.push_back(alike ? words : static_cast<uint8_t>(rng.Below(8)));
      }
      const BlockMatrix blocks = LayOutBlocks(stored, transposed, codebook, plan);
      EXPECT_EQ(ContentsOf(SurvivorsOf(blocks), blocks.codebook), expected);
      // Whatever the order, they fill the same slots.
      EXPECT_EQ(LayOutBlocks(source, false, codebook, plan).slots, blocks.slots);
    }
    if (entries < ByteMatrix::kMaxEntries) {
      SlotPlan plan;
      for (uint32_t row = 0; row < rows; ++row) plan.order.push_back((row * 71 + 5) % rows);
      for (uint32_t first = 0; first < rows; first += ByteMatrix::kRows) {
        plan.words.push_back(static_cast<uint8_t>(rng.Below(5)));
      }
      const ByteMatrix bytes = LayOutBytes(stored, transposed, codebook, plan);
      EXPECT_EQ(ContentsOf(SurvivorsOf(bytes), bytes.codebook), expected);
      EXPECT_EQ(LayOutBytes(source, false, codebook, plan).row_sums, bytes.row_sums);
    }
  }
}

// Rows of 128 columns, two blocks, with one word a block.
TEST(SparseLayoutsTest, ASharedWordTakesOneMoreOfEitherHalf) {
  const std::vector<float> codebook = {0, 1};
  const auto rest = [&](const std::vector<uint32_t>& columns) {
    const std::vector<uint16_t> codes(columns.size(), 1);
    const SparseRows source = FindRows(1, 128, columns, codes, codebook);
    SlotPlan plan{.order = {0}, .words = {1}};
    const BlockMatrix w = LayOutBlocks(source, false, codebook, plan);
    EXPECT_EQ(ContentsOf(SurvivorsOf(w), codebook), ContentsOf(source, codebook));
    std::vector<uint32_t> left;
    for (const auto& [place, value] : ContentsOf(w.rest)) left.push_back(place.second);
    return left;
  };
  using Columns = std::vector<uint32_t>;
  EXPECT_EQ(rest({3, 40}), Columns());
  EXPECT_EQ(rest({3, 31, 32}), Columns());
  EXPECT_EQ(rest({3, 32, 63}), Columns());
  EXPECT_EQ(rest({3, 4, 5}), (Columns{5}));
  EXPECT_EQ(rest({40, 41, 42}), (Columns{42}));
  EXPECT_EQ(rest({3, 4, 40, 41}), (Columns{41}));
  EXPECT_EQ(rest({3, 40, 41, 42, 64, 65, 96}), (Columns{42}));
}

// A thread that computes a window of blocks and of the rest must meet the same rows in both.
TEST(SparseLayoutsTest, AWindowOfTheRestHasTheRowsOfItsBlocks) {
  constexpr uint32_t kRows = 500, kColumns = 300;
  Rng rng(12);
  const std::vector<float> codebook = {0, 1};
  std::vector<uint32_t> positions;
  for (uint32_t i = 0; i < kRows * kColumns; ++i) {
    if (rng.Uniform() < 0.05 + 0.5 * (i / kColumns % 7) / 7) positions.push_back(i);
  }
  const std::vector<uint16_t> codes(positions.size(), 1);
  const SparseRows source = FindRows(kRows, kColumns, positions, codes, codebook);
  const SparseRows columns = Transposed(source);
  for (const bool transposed : {false, true}) {
    SlotPlan plan{.words = std::vector<uint8_t>(32, 1)};
    for (uint32_t row = 0; row < kRows; ++row) plan.order.push_back(row * 77 % kRows);
    const BlockMatrix w = LayOutBlocks(transposed ? columns : source, transposed, codebook, plan);
    ASSERT_EQ(w.windows(), 4u);
    ASSERT_EQ(w.rest.slot_rows.size(), w.slot_rows.size());
    constexpr std::ptrdiff_t kWindow = BlockMatrix::kWindow * BlockMatrix::kRows;
    for (std::ptrdiff_t at = 0; at < 512; at += kWindow) {
      EXPECT_TRUE(std::is_permutation(w.slot_rows.begin() + at, w.slot_rows.begin() + at + kWindow,
                                      w.rest.slot_rows.begin() + at))
          << at;
    }
  }
}

TEST(SparseLayoutsTest, BlocksArePlannedWhereTheyFill) {
  // Density of row r: density(r).
  const auto plan_of = [](bool transposed, const auto& density) {
    constexpr uint32_t kRows = 512, kColumns = 1024;
    Rng rng(11);
    const std::vector<float> codebook = {0, 1};
    std::vector<uint32_t> positions;
    for (uint32_t i = 0; i < kRows * kColumns; ++i) {
      const uint32_t row = transposed ? i % kRows : i / kColumns;
      if (rng.Uniform() < density(row)) positions.push_back(i);
    }
    const std::vector<uint16_t> codes(positions.size(), 1);
    const FormCosts costs{.word = 3.0,
                          .shared_word = 3.5,
                          .slice = 20,
                          .byte_word = 0,
                          .byte_slice = 0,
                          .rest_entry = 0.23,
                          .sell_entry = 0.23,
                          .window_limit = 0,
                          .narrow_limit = 0};
    return PlanBlocks(FindRows(transposed ? kColumns : kRows, transposed ? kRows : kColumns,
                               positions, codes, codebook),
                      transposed, costs);
  };
  for (const bool transposed : {false, true}) {
    const auto alike = [&](double density) {
      return plan_of(transposed, [=](uint32_t) { return density; });
    };
    const SlotPlan sparse = alike(0.004);
    EXPECT_GE(sparse.estimate, sparse.sell_estimate);
    int words = 0;
    for (const double density : {0.04, 0.09, 0.25, 0.6, 1.0}) {
      const SlotPlan plan = alike(density);
      EXPECT_LT(plan.estimate, plan.sell_estimate) << density;
      EXPECT_EQ(plan.words, std::vector<uint8_t>(32, plan.words[0])) << density;
      EXPECT_TRUE(std::is_sorted(plan.order.begin(), plan.order.end())) << density;
      EXPECT_GT(plan.words[0], words) << density;
      words = plan.words[0];
    }
    // All 64 slots of a full row and block, or 63.
    EXPECT_GE(words, int{BlockMatrix::kMostWords} - 1);
    // Every other row is full, and the plan takes them together.
    const SlotPlan uneven = plan_of(transposed, [](uint32_t row) { return row % 2 ? 1.0 : 0.02; });
    for (uint32_t slot = 0; slot < 512; ++slot) {
      EXPECT_EQ(uneven.order[slot] % 2, slot < 256) << slot;
    }
    EXPECT_GT(uneven.words.front(), 15);
    EXPECT_LT(uneven.words.back(), 2);
  }
}

TEST(SparseLayoutsTest, CsbBandsKeepToGroupsAndLongRowsComeFirst) {
  Rng rng(3);
  const std::vector<float> codebook = {1, 2};
  std::vector<uint32_t> positions;
  std::vector<uint16_t> codes;
  for (uint32_t i = 0; i < 60 * 400; ++i) {
    if (i / 400 < 59 && rng.Below(60) >= i / 400) continue;
    positions.push_back(i);
    codes.push_back(static_cast<uint16_t>(i % 2));
  }
  const CsbMatrix w = LayOutCsb(FindRows(60, 400, positions, codes, codebook), false, codebook,
                                {.group_rows = 30, .band_rows = 16, .block_columns = 255});
  EXPECT_EQ(w.band_begin, (std::pmr::vector<uint32_t>{0, 16, 30, 46, 60}));
  EXPECT_EQ(w.blocks, 2u);
  for (size_t band = 0; band < w.bands(); ++band) {
    const size_t height = w.band_begin[band + 1] - w.band_begin[band];
    for (size_t block = 0; block < w.blocks; ++block) {
      const size_t at = w.band_begin[band] * w.blocks + block * height;
      EXPECT_TRUE(std::is_sorted(w.counts.begin() + static_cast<std::ptrdiff_t>(at),
                                 w.counts.begin() + static_cast<std::ptrdiff_t>(at + height),
                                 std::greater<>()));
    }
  }
  // A full block of 255 columns is as many as a count can say.
  EXPECT_EQ(*std::max_element(w.counts.begin(), w.counts.end()), 255);
}

TEST(SparseLayoutsTest, FindsTheRowsOfTheLargestMatrices) {
  constexpr uint32_t kElements = uint32_t{1} << 28;
  for (uint32_t columns : {4095u, 4097u, 65537u, 16777213u, kElements / 3}) {
    const uint32_t rows = kElements / columns;
    std::vector<uint32_t> positions;
    for (uint32_t row : {0u, rows / 3, rows - 1}) {
      for (uint32_t column : {0u, 1u, columns / 2, columns - 1}) {
        const uint32_t position = row * columns + column;
        if (positions.empty() || position > positions.back()) positions.push_back(position);
      }
    }
    const std::vector<uint16_t> codes(positions.size(), 1);
    const SparseRows source = FindRows(rows, columns, positions, codes, std::vector<float>{0, 1});
    for (uint32_t row = 0; row < rows; ++row) {
      const uint64_t kept = source.begin[row + 1] - source.begin[row];
      ASSERT_EQ(kept, row == 0 || row == rows / 3 || row == rows - 1 ? 4u : 0u) << columns;
      for (uint64_t i = source.begin[row]; i < source.begin[row + 1]; ++i) {
        ASSERT_EQ(source.positions[i] / columns, row);
      }
    }
  }
}

TEST(SparseLayoutsTest, DistancesAroundTheWidthOfAGap) {
  const std::vector<float> codebook = {0, 5};
  for (uint32_t first : {0u, 1u, 254u, 255u, 256u, 257u, 509u, 510u, 511u, 765u, 766u}) {
    for (uint32_t gap : {1u, 254u, 255u, 256u, 257u, 509u, 510u, 511u, 512u, 765u, 766u}) {
      const std::vector<uint32_t> positions = {first, first + gap};
      const std::vector<uint16_t> codes = {1, 1};
      const SellMatrix w =
          LayOutSell(FindRows(1, 2000, positions, codes, codebook), false, codebook);
      const Contents expected = {{{0, first}, 5}, {{0, first + gap}, 5}};
      EXPECT_EQ(ContentsOf(w), expected) << first << " + " << gap;
    }
  }
}

TEST(SparseLayoutsTest, SlicesOfSixteenAreSortedAndTight) {
  Rng rng(9);
  const std::vector<float> codebook = {0, 1};
  std::vector<uint32_t> positions;
  std::vector<uint16_t> codes;
  for (uint32_t row = 0; row < 50; ++row) {
    for (uint32_t column = 0; column < 200; ++column) {
      if (rng.Below(50) >= row) continue;
      positions.push_back(row * 200 + column);
      codes.push_back(1);
    }
  }
  const SellMatrix w = LayOutSell(FindRows(50, 200, positions, codes, codebook), false, codebook);
  ASSERT_EQ(w.slices(), 4u);
  EXPECT_EQ(w.slots(), 64u);
  for (size_t s = 1; s < w.slices(); ++s) {
    EXPECT_LE(w.slice_begin[s + 1] - w.slice_begin[s], w.slice_begin[s] - w.slice_begin[s - 1]);
  }
  for (size_t slot = 50; slot < 64; ++slot) EXPECT_EQ(w.slot_rows[slot], 50u);
  EXPECT_TRUE(w.codes16.empty());
  EXPECT_EQ(w.gaps.size(), w.codes8.size());
}

TEST(SparseLayoutsTest, AboutTwoBytesASurvivorAtPaperDensity) {
  Rng rng(2);
  const std::vector<float> codebook = {0, 1, 2, 3};
  std::vector<uint32_t> positions;
  std::vector<uint16_t> codes;
  for (uint32_t i = 0; i < 300 * 784; ++i) {
    if (rng.Uniform() >= 0.08) continue;
    positions.push_back(i);
    codes.push_back(static_cast<uint16_t>(1 + rng.Below(3)));
  }
  const SellMatrix w = LayOutSell(FindRows(300, 784, positions, codes, codebook), false, codebook);
  EXPECT_LT(static_cast<double>(w.ResidentBytes()), 2.3 * static_cast<double>(w.survivors));
}

}  // namespace
}  // namespace dc::runtime
