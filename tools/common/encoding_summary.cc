#include "common/encoding_summary.h"

#include <cstdint>
#include <map>

namespace dc {
namespace {

struct Share {
  int weights = 0;
  int64_t bytes = 0;
};

std::string Line(const std::string& what, const std::map<std::string, Share>& shares) {
  std::string line = what;
  const char* separator = "";
  for (const auto& [name, share] : shares) {
    line += separator + name + ": " + std::to_string(share.weights) +
            (share.weights == 1 ? " weight" : " weights");
    if (share.bytes > 0) line += ", " + std::to_string(share.bytes) + " bytes";
    separator = "; ";
  }
  return line + "\n";
}

}  // namespace

std::string EncodingSummary(std::span<const LayerEncoding> layers) {
  std::map<std::string, Share> positions, codes;
  for (const LayerEncoding& layer : layers) {
    const std::string coder = layer.position_coder.empty() ? "" : " " + layer.position_coder;
    Share& where = positions[layer.positions + coder];
    ++where.weights;
    where.bytes += layer.gap_bytes;
    Share& what = codes[layer.code_coder];
    ++what.weights;
    what.bytes += layer.code_bytes;
  }
  return Line("positions  ", positions) + Line("codes      ", codes);
}

}  // namespace dc
