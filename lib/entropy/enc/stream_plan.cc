#include "entropy/enc/stream_plan.h"

namespace dc {

StreamPlan::StreamPlan(std::span<const SymbolCount> counts, int width, bool allow_huffman)
    : width_(width) {
  uint64_t symbols = 0;
  for (const SymbolCount& entry : counts) symbols += entry.count;
  bytes_ = (symbols * static_cast<uint64_t>(width) + 7) / 8;
  if (counts.empty() || !allow_huffman) return;
  huffman_.emplace(counts);
  const uint64_t bytes = (huffman_->table_bits() + huffman_->symbol_bits() + 7) / 8;
  if (bytes < bytes_) {
    bytes_ = bytes;
  } else {
    huffman_.reset();
  }
}

}  // namespace dc
