#include "entropy/enc/weight_layouts.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <utility>

#include "base/bit_io.h"
#include "base/flag_runs.h"
#include "entropy/common/code_model.h"
#include "entropy/common/gap_token.h"
#include "entropy/enc/context_encoder.h"
#include "entropy/enc/gap_histogram.h"
#include "entropy/enc/stream_plan.h"

namespace dc {
namespace {

// More precise tokens than this have not paid for their larger table on any mask tried.
constexpr int kMaxTriedPrecision = 8;
constexpr int kMaxGapBits = 16;

std::vector<bool> FlagsOf(uint32_t lines, std::span<const uint32_t> kept) {
  std::vector<bool> flags(lines, true);
  for (uint32_t line : kept) flags[line] = false;
  return flags;
}

std::vector<uint32_t> AllLines(uint32_t lines) {
  std::vector<uint32_t> all(lines);
  for (uint32_t i = 0; i < lines; ++i) all[i] = i;
  return all;
}

class Chooser {
 public:
  Chooser(const MatrixShape& shape, std::span<const float> codebook,
          std::span<const uint16_t> codes, const WeightEncodingOptions& options)
      : shape_(shape), codebook_(codebook), codes_(codes), options_(options) {
    code_bits_ = std::max(1, static_cast<int>(std::bit_width(codebook.size() - 1)));
    symbols_ = CountCodes(codes, codebook.size());
    survivor_symbols_ = symbols_;
    if (!symbols_.empty() && symbols_.front().symbol == 0) {
      survivor_symbols_.erase(survivor_symbols_.begin());
    }
  }

  WeightLayout Run() {
    const bool context = options_.coder == CoderChoice::kContext;
    const bool either = options_.coder == CoderChoice::kAuto;
    if (!options_.sparse || options_.gap_bits == 0) {
      if (!context || !ContextCodesExist()) TryDense();
      // Coding a zero costs as much as a zero in the mask: only few of them can be worth it.
      const bool few_zeros = 2 * SurvivorCount() >= codes_.size();
      if ((context || either) && ContextCodesExist() && (!options_.sparse || few_zeros)) {
        TryContextDense();
      }
    }
    if (options_.sparse) {
      if (!context) TrySparse();
      if ((context || either) && options_.gap_bits == 0) TryContextSparse();
    }
    return std::move(*best_);
  }

 private:
  uint64_t SurvivorCount() const {
    uint64_t survivors = 0;
    for (const SymbolCount& entry : survivor_symbols_) survivors += entry.count;
    return survivors;
  }

  bool ContextCodesExist() const { return codebook_.size() <= kMaxContextCodebook; }
  bool huffman() const { return options_.coder != CoderChoice::kRaw; }

  void Consider(WeightLayout layout, uint64_t stream_bytes) {
    layout.coding.code_bits = static_cast<uint8_t>(code_bits_);
    layout.bytes = CodingHeader(layout.coding).size() + stream_bytes;
    if (!best_ || layout.bytes < best_->bytes) best_ = std::move(layout);
  }

  void TryDense() {
    const StreamPlan plan(symbols_, code_bits_, huffman());
    WeightLayout layout;
    layout.coding.entries = codes_.size();
    layout.coding.code_coder = plan.coder();
    Consider(std::move(layout), plan.bytes());
  }

  void TryContextDense() {
    WeightLayout layout;
    layout.coding.entries = codes_.size();
    layout.coding.code_coder = StreamCoder::kContext;
    layout.context_codes = EncodeContextCodes(shape_, codebook_, codes_, false);
    const uint64_t bytes = layout.context_codes.size();
    Consider(std::move(layout), bytes);
  }

  // Every way to flag empty lines, the plain one first.
  std::vector<std::pair<bool, bool>> FlagChoices() {
    used_ = FindKeptLines(shape_, codes_);
    std::vector<std::pair<bool, bool>> choices = {{false, false}};
    // Without a survivor there is nothing to store at all. Forced gaps are those of the paper.
    if (used_.rows.empty() || options_.gap_bits > 0) return choices;
    const bool rows = used_.rows.size() < shape_.rows,
               columns = used_.columns.size() < shape_.columns;
    if (rows) choices.emplace_back(true, false);
    if (columns) choices.emplace_back(false, true);
    if (rows && columns) choices.emplace_back(true, true);
    return choices;
  }

  Scan MakeScan(bool flag_rows, bool flag_columns) const {
    Scan scan;
    scan.kept.rows = flag_rows ? used_.rows : AllLines(shape_.rows);
    scan.kept.columns = flag_columns ? used_.columns : AllLines(shape_.columns);
    BitWriter bits;
    if (flag_rows) WriteFlagRuns(FlagsOf(shape_.rows, used_.rows), &bits);
    if (flag_columns) WriteFlagRuns(FlagsOf(shape_.columns, used_.columns), &bits);
    scan.line_flags = bits.Finish();
    return scan;
  }

  // The plan of the codes stream of a sparse layout: it depends on the number of fillers alone.
  const StreamPlan& CodesWith(uint64_t fillers) {
    std::optional<StreamPlan>& plan = code_plans_[fillers];
    if (!plan) {
      std::vector<SymbolCount> symbols = survivor_symbols_;
      if (fillers > 0) symbols.insert(symbols.begin(), {0, fillers});
      plan.emplace(symbols, code_bits_, huffman());
    }
    return *plan;
  }

  void TrySparse() {
    for (const auto& [flag_rows, flag_columns] : FlagChoices()) {
      for (const bool column_major : {false, true}) {
        if (options_.order == (column_major ? ScanChoice::kRow : ScanChoice::kColumn)) continue;
        // A single row or column reads the same both ways.
        if (column_major && options_.order == ScanChoice::kAuto &&
            (shape_.rows == 1 || shape_.columns == 1)) {
          continue;
        }
        auto scan = std::make_shared<Scan>(MakeScan(flag_rows, flag_columns));
        scan->survivors = ScanSurvivors(shape_, codes_, scan->kept, column_major);
        WeightLayout layout;
        layout.coding.column_major = column_major;
        layout.coding.rows_flagged = flag_rows;
        layout.coding.columns_flagged = flag_columns;
        layout.scan = std::move(scan);
        TryGaps(layout);
      }
    }
    if (options_.gap_bits == 0 && options_.order != ScanChoice::kColumn) TryBitmask();
  }

  void TryGaps(const WeightLayout& scanned) {
    const Survivors& survivors = scanned.scan->survivors;
    const uint64_t flag_bytes = scanned.scan->line_flags.size();
    const GapHistogram histogram(survivors.gaps);
    const bool forced = options_.gap_bits > 0;
    // Wider fields than the longest gap needs are never smaller.
    const int needed = std::max(1, static_cast<int>(std::bit_width(histogram.longest())));
    const int widest = forced ? options_.gap_bits : std::min(kMaxGapBits, needed);
    for (int width = forced ? options_.gap_bits : 1; width <= widest; ++width) {
      WeightLayout layout = scanned;
      const StreamPlan gaps(histogram.Symbols(width, &layout.fillers), width, huffman());
      const StreamPlan& codes = CodesWith(layout.fillers);
      layout.coding.positions = PositionCoding::kFixedGaps;
      layout.coding.gap_bits = static_cast<uint8_t>(width);
      layout.coding.entries = survivors.gaps.size() + layout.fillers;
      layout.coding.position_coder = gaps.coder();
      layout.coding.code_coder = codes.coder();
      Consider(std::move(layout), flag_bytes + gaps.bytes() + codes.bytes());
    }
    if (forced || !huffman() || survivors.gaps.empty()) return;
    for (int precision = 0; precision <= std::min(kMaxTriedPrecision, needed); ++precision) {
      WeightLayout layout = scanned;
      uint64_t suffix_bits = 0;
      const HuffmanEncoder tokens(histogram.Tokens(precision, &suffix_bits));
      const uint64_t gap_bytes = (tokens.table_bits() + tokens.symbol_bits() + suffix_bits + 7) / 8;
      layout.coding.positions = PositionCoding::kEscapeGaps;
      layout.coding.gap_bits = static_cast<uint8_t>(precision);
      layout.coding.entries = survivors.gaps.size();
      layout.coding.position_coder = StreamCoder::kHuffman;
      layout.coding.code_coder = CodesWith(0).coder();
      const uint64_t code_bytes = CodesWith(0).bytes();
      if (options_.coder == CoderChoice::kAuto && ContextCodesExist() &&
          !layout.coding.column_major) {
        WeightLayout mixed = layout;
        mixed.coding.code_coder = StreamCoder::kContext;
        mixed.context_codes = ContextCodes();
        const uint64_t mixed_bytes = flag_bytes + gap_bytes + mixed.context_codes.size();
        Consider(std::move(mixed), mixed_bytes);
      }
      Consider(std::move(layout), flag_bytes + gap_bytes + code_bytes);
    }
  }

  void TryBitmask() {
    for (const auto& [flag_rows, flag_columns] : FlagChoices()) {
      WeightLayout layout = SparseRowLayout(flag_rows, flag_columns);
      if (layout.coding.entries == 0) return;
      const uint64_t positions =
          uint64_t{layout.scan->kept.rows.size()} * layout.scan->kept.columns.size();
      const uint64_t mask_bytes = layout.scan->line_flags.size() + (positions + 7) / 8;
      layout.coding.position_coder = StreamCoder::kRaw;
      layout.coding.code_coder = CodesWith(0).coder();
      Consider(std::move(layout), mask_bytes + CodesWith(0).bytes());
    }
  }

  void TryContextSparse() {
    for (const auto& [flag_rows, flag_columns] : FlagChoices()) {
      WeightLayout layout = SparseRowLayout(flag_rows, flag_columns);
      if (layout.coding.entries == 0) {
        if (!best_ || options_.coder == CoderChoice::kContext) Consider(std::move(layout), 0);
        return;
      }
      layout.coding.position_coder = StreamCoder::kContext;
      layout.mask = EncodeMask(shape_, layout.scan->kept, codes_);
      const uint64_t mask_bytes = layout.scan->line_flags.size() + layout.mask.size();
      if (options_.coder == CoderChoice::kAuto || !ContextCodesExist()) {
        WeightLayout mixed = layout;
        mixed.coding.code_coder = CodesWith(0).coder();
        Consider(std::move(mixed), mask_bytes + CodesWith(0).bytes());
      }
      if (!ContextCodesExist()) continue;
      layout.coding.code_coder = StreamCoder::kContext;
      layout.context_codes = ContextCodes();
      const uint64_t bytes = mask_bytes + layout.context_codes.size();
      Consider(std::move(layout), bytes);
    }
  }

  // A row by row layout with one entry a survivor, its coders still open. It is a bitmask, or
  // nothing at all where there is no survivor.
  WeightLayout SparseRowLayout(bool flag_rows, bool flag_columns) {
    auto scan = std::make_shared<Scan>(MakeScan(flag_rows, flag_columns));
    scan->survivors = ScanSurvivors(shape_, codes_, scan->kept, false);
    WeightLayout layout;
    layout.coding.positions = PositionCoding::kBitmask;
    layout.coding.entries = scan->survivors.codes.size();
    layout.coding.rows_flagged = flag_rows;
    layout.coding.columns_flagged = flag_columns;
    layout.scan = std::move(scan);
    return layout;
  }

  const std::vector<uint8_t>& ContextCodes() {
    if (!context_codes_) context_codes_ = EncodeContextCodes(shape_, codebook_, codes_, true);
    return *context_codes_;
  }

  const MatrixShape& shape_;
  const std::span<const float> codebook_;
  const std::span<const uint16_t> codes_;
  const WeightEncodingOptions& options_;
  int code_bits_ = 1;
  std::vector<SymbolCount> symbols_, survivor_symbols_;
  KeptLines used_;
  std::map<uint64_t, std::optional<StreamPlan>> code_plans_;
  std::optional<std::vector<uint8_t>> context_codes_;
  std::optional<WeightLayout> best_;
};

}  // namespace

std::vector<uint8_t> CodingHeader(const WeightCoding& coding) {
  const bool flagged = coding.rows_flagged || coding.columns_flagged;
  // Fixed gaps have 1 bit at least.
  const uint32_t gap_field =
      coding.gap_bits - (coding.positions == PositionCoding::kFixedGaps ? 1u : 0u);
  BitWriter bits;
  bits.Write(coding.column_major, 1);
  bits.Write(static_cast<uint32_t>(coding.positions), 2);
  bits.Write(static_cast<uint32_t>(coding.code_coder), 2);
  bits.Write(static_cast<uint32_t>(coding.position_coder), 2);
  bits.Write(flagged, 1);
  bits.Write(gap_field, 4);
  bits.Write(coding.code_bits - 1u, 4);
  if (flagged) bits.Write(coding.rows_flagged + 2u * coding.columns_flagged, 8);
  uint64_t entries = coding.entries;
  for (; entries >= 0x80; entries >>= 7) bits.Write(0x80u | (entries & 0x7Fu), 8);
  bits.Write(static_cast<uint32_t>(entries), 8);
  return bits.Finish();
}

std::vector<SymbolCount> CountCodes(std::span<const uint16_t> codes, size_t entries) {
  std::vector<uint64_t> counts(entries, 0);
  for (uint16_t code : codes) ++counts[code];
  std::vector<SymbolCount> symbols;
  for (size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) symbols.push_back({static_cast<uint32_t>(s), counts[s]});
  }
  return symbols;
}

WeightLayout ChooseLayout(const MatrixShape& shape, std::span<const float> codebook,
                          std::span<const uint16_t> codes, const WeightEncodingOptions& options) {
  return Chooser(shape, codebook, codes, options).Run();
}

}  // namespace dc
