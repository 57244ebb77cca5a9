#include <algorithm>

#include "entropy/dec/weight_decoder.h"
#include "entropy/enc/weight_encoder.h"
#include "fuzz/fuzz_targets.h"

namespace dc {

void FuzzWeight(std::span<const uint8_t> data) {
  if (data.size() < 8) return;
  auto number = [&](size_t i) { return uint32_t{data[i]} | uint32_t{data[i + 1]} << 8; };
  const uint32_t rows = number(0) % 512 + 1, columns = number(2) % 512 + 1;
  const uint32_t entries = number(4) + 1;
  const auto streams = data.subspan(8);
  const auto gaps = streams.first(std::min<size_t>(number(6), streams.size()));
  const auto codes = streams.subspan(gaps.size());
  MatrixShape shape{rows, columns};
  // Kernels where the columns allow them.
  for (uint32_t area : {9u, 4u, 3u}) {
    if (columns % area != 0) continue;
    shape.kernel_area = area;
    shape.kernel_width = area == 4 ? 2 : 3;
    break;
  }
  std::vector<float> codebook(entries);
  for (size_t i = 0; i < codebook.size(); ++i) {
    codebook[i] = static_cast<float>(i * 40503u % 65536u) - 30000.0f;
  }
  codebook[0] = 0.0f;
  const auto decoded = DecodeWeight(shape, codebook, codes, gaps);
  if (!decoded.ok()) return;
  const bool dense = decoded->coding.positions == PositionCoding::kDense;
  std::vector<uint16_t> matrix(size_t{rows} * columns, 0);
  if (dense) {
    if (decoded->codes.size() != matrix.size()) __builtin_trap();
    matrix.assign(decoded->codes.begin(), decoded->codes.end());
  } else {
    if (decoded->codes.size() != decoded->positions.size()) __builtin_trap();
    for (size_t i = 0; i < decoded->codes.size(); ++i) {
      uint16_t& code =
          matrix.at(ElementAt(shape, decoded->coding.column_major, decoded->positions[i]));
      if (code != 0 || decoded->codes[i] == 0) __builtin_trap();
      code = decoded->codes[i];
    }
  }
  for (uint16_t code : matrix) {
    if (code >= entries) __builtin_trap();
  }
  // What was decoded must survive the encoder, which is slow on large alphabets.
  if (entries > 2048) return;
  const EncodedWeight again =
      EncodeWeight(shape, codebook, matrix, {!dense, 0, ScanChoice::kAuto, CoderChoice::kAuto});
  const auto second = DecodeWeight(shape, codebook, again.codes, again.positions);
  if (!second.ok()) __builtin_trap();
  std::vector<uint16_t> same(matrix.size(), 0);
  if (second->coding.positions == PositionCoding::kDense) {
    same.assign(second->codes.begin(), second->codes.end());
  } else {
    for (size_t i = 0; i < second->codes.size(); ++i) {
      same[ElementAt(shape, second->coding.column_major, second->positions[i])] = second->codes[i];
    }
  }
  if (same != matrix) __builtin_trap();
}

}  // namespace dc
