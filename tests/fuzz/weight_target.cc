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
  const auto decoded = DecodeWeight(rows, columns, entries, codes, gaps);
  if (!decoded.ok()) return;
  size_t header = 0;
  const auto coding = ReadWeightCoding(codes, &header);
  if (!coding.ok()) __builtin_trap();
  const bool dense = coding->positions == PositionCoding::kDense;
  std::vector<uint16_t> matrix(size_t{rows} * columns, 0);
  if (dense) {
    if (decoded->codes.size() != matrix.size()) __builtin_trap();
    matrix = decoded->codes;
  } else {
    if (decoded->codes.size() != decoded->positions.size()) __builtin_trap();
    for (size_t i = 0; i < decoded->codes.size(); ++i) {
      uint16_t& code = matrix.at(decoded->positions[i]);
      if (code != 0 || decoded->codes[i] == 0) __builtin_trap();
      code = decoded->codes[i];
    }
  }
  for (uint16_t code : matrix) {
    if (code >= entries) __builtin_trap();
  }
  // What was decoded must survive the encoder.
  const EncodedWeight again = EncodeWeight(rows, columns, entries, matrix, {!dense, 5});
  const auto second = DecodeWeight(rows, columns, entries, again.codes, again.gaps);
  if (!second.ok() || (dense && second->codes != matrix)) __builtin_trap();
}

}  // namespace dc
