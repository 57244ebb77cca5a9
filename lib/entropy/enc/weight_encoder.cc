#include "entropy/enc/weight_encoder.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <optional>

#include "base/bit_io.h"
#include "entropy/enc/gap_histogram.h"
#include "entropy/enc/stream_plan.h"

namespace dc {
namespace {

// The header in front of the codes stream; see ReadWeightCoding.
std::vector<uint8_t> HeaderBytes(const WeightCoding& coding) {
  BitWriter bits;
  bits.Write(coding.column_major, 1);
  bits.Write(static_cast<uint32_t>(coding.positions), 2);
  bits.Write(static_cast<uint32_t>(coding.code_coder), 2);
  bits.Write(static_cast<uint32_t>(coding.gap_coder), 2);
  bits.Write(0, 1);
  bits.Write(coding.gap_bits > 0 ? coding.gap_bits - 1u : 0u, 4);
  bits.Write(coding.code_bits - 1u, 4);
  uint64_t entries = coding.entries;
  for (; entries >= 0x80; entries >>= 7) bits.Write(0x80u | (entries & 0x7Fu), 8);
  bits.Write(static_cast<uint32_t>(entries), 8);
  return bits.Finish();
}

// One way to store the weight, costed but not written.
struct Candidate {
  WeightCoding coding;
  uint64_t fillers = 0;
  std::shared_ptr<const StreamPlan> codes, gaps;
  const Survivors* survivors = nullptr;  // null where dense

  uint64_t Bytes() const {
    return HeaderBytes(coding).size() + codes->bytes() + (gaps ? gaps->bytes() : 0);
  }
};

std::vector<SymbolCount> CountCodes(std::span<const uint16_t> codes, uint32_t codebook_entries) {
  std::vector<uint64_t> counts(codebook_entries, 0);
  for (uint16_t code : codes) ++counts[code];
  std::vector<SymbolCount> symbols;
  for (size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) symbols.push_back({static_cast<uint32_t>(s), counts[s]});
  }
  return symbols;
}

// Plans of the codes stream of a sparse layout, which differ in the number of fillers alone.
class SparseCodePlans {
 public:
  SparseCodePlans(std::vector<SymbolCount> survivor_codes, int width, bool huffman)
      : symbols_(std::move(survivor_codes)), width_(width), huffman_(huffman) {}

  std::shared_ptr<const StreamPlan> Get(uint64_t fillers) {
    auto& plan = plans_[fillers];
    if (!plan) {
      std::vector<SymbolCount> symbols = symbols_;
      if (fillers > 0) symbols.insert(symbols.begin(), {0, fillers});
      plan = std::make_shared<const StreamPlan>(symbols, width_, huffman_);
    }
    return plan;
  }

 private:
  std::vector<SymbolCount> symbols_;
  int width_;
  bool huffman_;
  std::map<uint64_t, std::shared_ptr<const StreamPlan>> plans_;
};

EncodedWeight Write(const Candidate& choice, std::span<const uint16_t> codes) {
  EncodedWeight result;
  result.coding = choice.coding;
  result.fillers = choice.fillers;
  result.codes = HeaderBytes(choice.coding);
  BitWriter code_bits, gap_bits;
  if (choice.coding.entries > 0) choice.codes->WriteTable(&code_bits);
  if (!choice.survivors) {
    for (uint16_t code : codes) choice.codes->WriteSymbol(code, &code_bits);
  } else {
    if (choice.coding.entries > 0) choice.gaps->WriteTable(&gap_bits);
    const int width = choice.coding.gap_bits;
    const uint32_t mask = (1u << width) - 1;
    for (size_t i = 0; i < choice.survivors->gaps.size(); ++i) {
      const uint32_t gap = choice.survivors->gaps[i];
      for (uint32_t f = gap >> width; f > 0; --f) {
        choice.gaps->WriteSymbol(mask, &gap_bits);
        choice.codes->WriteSymbol(0, &code_bits);
      }
      choice.gaps->WriteSymbol(gap & mask, &gap_bits);
      choice.codes->WriteSymbol(choice.survivors->codes[i], &code_bits);
    }
  }
  const std::vector<uint8_t> body = code_bits.Finish();
  result.codes.insert(result.codes.end(), body.begin(), body.end());
  result.gaps = gap_bits.Finish();
  return result;
}

}  // namespace

EncodedWeight EncodeWeight(uint32_t rows, uint32_t columns, uint32_t codebook_entries,
                           std::span<const uint16_t> codes, const WeightEncodingOptions& options) {
  const int code_width = std::max(1, static_cast<int>(std::bit_width(codebook_entries - 1)));
  std::vector<SymbolCount> symbols = CountCodes(codes, codebook_entries);
  std::optional<Candidate> best;
  auto consider = [&](Candidate candidate) {
    candidate.coding.code_bits = static_cast<uint8_t>(code_width);
    candidate.coding.code_coder = candidate.codes->coder();
    if (candidate.gaps) candidate.coding.gap_coder = candidate.gaps->coder();
    if (!best || candidate.Bytes() < best->Bytes()) best = std::move(candidate);
  };

  if (!options.sparse || options.gap_bits == 0) {
    Candidate dense;
    dense.coding.entries = codes.size();
    dense.codes = std::make_shared<const StreamPlan>(symbols, code_width, options.huffman);
    consider(std::move(dense));
  }
  Survivors scans[2];
  if (options.sparse) {
    if (!symbols.empty() && symbols.front().symbol == 0) symbols.erase(symbols.begin());
    SparseCodePlans code_plans(std::move(symbols), code_width, options.huffman);
    for (const bool column_major : {false, true}) {
      if (options.order == (column_major ? ScanChoice::kRow : ScanChoice::kColumn)) continue;
      // A single row or column reads the same both ways.
      if (column_major && options.order == ScanChoice::kAuto && (rows == 1 || columns == 1))
        continue;
      Survivors& scan = scans[column_major];
      scan = ScanSurvivors(rows, columns, codes, column_major);
      const GapHistogram histogram(scan.gaps);
      const int narrowest = options.gap_bits > 0 ? options.gap_bits : 1;
      const int widest = options.gap_bits > 0 ? options.gap_bits : 16;
      for (int width = narrowest; width <= widest; ++width) {
        Candidate gaps;
        const std::vector<SymbolCount> gap_symbols = histogram.Symbols(width, &gaps.fillers);
        gaps.coding.column_major = column_major;
        gaps.coding.positions = PositionCoding::kFixedGaps;
        gaps.coding.gap_bits = static_cast<uint8_t>(width);
        gaps.coding.entries = scan.gaps.size() + gaps.fillers;
        gaps.codes = code_plans.Get(gaps.fillers);
        gaps.gaps = std::make_shared<const StreamPlan>(gap_symbols, width, options.huffman);
        gaps.survivors = &scan;
        consider(std::move(gaps));
      }
    }
  }
  return Write(*best, codes);
}

}  // namespace dc
