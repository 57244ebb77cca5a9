#include "runtime/kernels/code_panels.h"

#include <algorithm>

namespace dc::runtime {
namespace {

constexpr size_t kHalf = kPanelRows / 2;
constexpr size_t kNibbleCodes = 16;

}  // namespace

CodePanels::CodePanels(uint32_t row_count, uint32_t column_count, std::span<const float> centroids,
                       std::pmr::memory_resource* memory)
    : rows(row_count),
      columns(column_count),
      nibbles(centroids.size() <= kNibbleCodes),
      codes(memory),
      codebook(nibbles ? kNibbleCodes : kMostPanelCodes, memory) {
  std::copy(centroids.begin(), centroids.end(), codebook.begin());
  codes.resize(panels() * columns * column_bytes());
}

void CodePanels::Set(size_t row, size_t column, uint8_t code) {
  const size_t lane = row % kPanelRows, byte = nibbles ? lane % kHalf : lane;
  uint8_t& at = codes[(row / kPanelRows * columns + column) * column_bytes() + byte];
  at = static_cast<uint8_t>(at | (byte < lane ? code << 4 : code));
}

float CodePanels::At(size_t row, size_t column) const {
  const uint8_t* bytes = Column(row / kPanelRows, column);
  const size_t lane = row % kPanelRows;
  if (!nibbles) return codebook[bytes[lane]];
  return codebook[lane < kHalf ? bytes[lane] & 15 : bytes[lane - kHalf] >> 4];
}

int64_t CodePanels::ResidentBytes() const {
  return static_cast<int64_t>(codes.size() + codebook.size() * sizeof(float));
}

}  // namespace dc::runtime
