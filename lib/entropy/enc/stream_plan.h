// Chooses the coder of one stream of symbols by its exact size.
#ifndef DC_ENTROPY_ENC_STREAM_PLAN_H_
#define DC_ENTROPY_ENC_STREAM_PLAN_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "entropy/common/weight_coding.h"
#include "entropy/enc/huffman_encoder.h"

namespace dc {

// How one stream will be written.
class StreamPlan {
 public:
  // Raw fields of `width` bits, or Huffman codes where allowed and smaller by a byte at least;
  // these in four streams from kFourStreamSymbols on, where a few bytes more are decoded three
  // times as fast. `counts` may be empty.
  StreamPlan(std::span<const SymbolCount> counts, int width, bool allow_huffman);

  StreamCoder coder() const { return coder_; }
  // Exact, but for four streams: there up to 6 bytes above what they will take.
  uint64_t bytes() const { return bytes_; }

  // The stream of `symbols`, whose counts these are.
  std::vector<uint8_t> Write(std::span<const uint16_t> symbols) const;

 private:
  static constexpr uint64_t kFourStreamSymbols = 1 << 14;

  int width_;
  StreamCoder coder_ = StreamCoder::kRaw;
  uint64_t bytes_ = 0;
  std::optional<HuffmanEncoder> huffman_;
};

}  // namespace dc

#endif  // DC_ENTROPY_ENC_STREAM_PLAN_H_
