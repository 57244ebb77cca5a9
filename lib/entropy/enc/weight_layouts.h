// The ways to store one weight, with what each costs.
#ifndef DC_ENTROPY_ENC_WEIGHT_LAYOUTS_H_
#define DC_ENTROPY_ENC_WEIGHT_LAYOUTS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "entropy/enc/code_lengths.h"
#include "entropy/enc/survivors.h"
#include "entropy/enc/weight_encoder.h"

namespace dc {

// A scan over the lines that a layout keeps, shared by the layouts that differ in gaps alone.
struct Scan {
  KeptLines kept;
  Survivors survivors;
  std::vector<uint8_t> line_flags;  // the flags of the other lines, as they are stored
};

// One way to store the weight.
struct WeightLayout {
  WeightCoding coding;
  uint64_t fillers = 0;
  uint64_t bytes = 0;                        // of both streams, the header included
  std::shared_ptr<const Scan> scan;          // null where dense
  std::vector<uint8_t> mask, context_codes;  // streams that costing has made already
};

// The header in front of the codes stream; see ReadWeightCoding.
std::vector<uint8_t> CodingHeader(const WeightCoding& coding);

// The cheapest layout within `options`.
WeightLayout ChooseLayout(const MatrixShape& shape, std::span<const float> codebook,
                          std::span<const uint16_t> codes, const WeightEncodingOptions& options);

// How often each code below `entries` occurs.
std::vector<SymbolCount> CountCodes(std::span<const uint16_t> codes, size_t entries);

}  // namespace dc

#endif  // DC_ENTROPY_ENC_WEIGHT_LAYOUTS_H_
