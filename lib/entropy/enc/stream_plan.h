// Chooses the coder of one stream of symbols by its exact size.
#ifndef DC_ENTROPY_ENC_STREAM_PLAN_H_
#define DC_ENTROPY_ENC_STREAM_PLAN_H_

#include <cstdint>
#include <optional>
#include <span>

#include "base/bit_io.h"
#include "entropy/common/weight_coding.h"
#include "entropy/enc/huffman_encoder.h"

namespace dc {

// How one stream will be written.
class StreamPlan {
 public:
  // Raw fields of `width` bits, or Huffman codes where allowed and smaller by a byte at least.
  // `counts` may be empty.
  StreamPlan(std::span<const SymbolCount> counts, int width, bool allow_huffman);

  StreamCoder coder() const { return huffman_ ? StreamCoder::kHuffman : StreamCoder::kRaw; }
  uint64_t bytes() const { return bytes_; }

  // Writes what precedes the symbols, then the symbols one by one.
  void WriteTable(BitWriter* bits) const {
    if (huffman_) huffman_->WriteTable(bits);
  }
  void WriteSymbol(uint32_t symbol, BitWriter* bits) const {
    if (huffman_) {
      huffman_->WriteSymbol(symbol, bits);
    } else {
      bits->Write(symbol, width_);
    }
  }

 private:
  int width_;
  uint64_t bytes_ = 0;
  std::optional<HuffmanEncoder> huffman_;
};

}  // namespace dc

#endif  // DC_ENTROPY_ENC_STREAM_PLAN_H_
