#include "model/han_net.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "model/quoted.h"

namespace dc {
namespace {

constexpr uint32_t kFillerGap = 15;
constexpr const char* kWrongPair =
    "check that the model is the file's network, or get a fresh copy of the file";

// Hands out the file's bytes in order.
class Cursor {
 public:
  explicit Cursor(std::span<const uint8_t> bytes) : rest_(bytes), all_(bytes.size()) {}

  // The next `count` items of `item_bytes`; `what` and `where` name them in the error.
  StatusOr<std::span<const uint8_t>> Take(uint64_t count, uint64_t item_bytes, const char* what,
                                          const std::string& where) {
    if (count > rest_.size() / item_bytes) {
      return BadInput(std::string("the file ends inside the ") + what,
                      where + ", offset " + std::to_string(all_ - rest_.size()), kWrongPair);
    }
    const auto taken = rest_.first(static_cast<size_t>(count * item_bytes));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  size_t left() const { return rest_.size(); }

 private:
  std::span<const uint8_t> rest_;
  size_t all_;
};

uint32_t LittleEndian32(std::span<const uint8_t> bytes, size_t index) {
  uint32_t value = 0;
  for (size_t i = 4; i-- > 0;) value = value << 8 | bytes[index * 4 + i];
  return value;
}

// Field `index` of 4-bit fields, low nibble first.
uint32_t Nibble(std::span<const uint8_t> bytes, uint64_t index) {
  return bytes[static_cast<size_t>(index / 2)] >> (index % 2 * 4) & 15;
}

StatusOr<std::vector<float>> TakeFloats(uint64_t count, const char* what, const std::string& where,
                                        Cursor* cursor) {
  DC_ASSIGN_OR_RETURN(const auto bytes, cursor->Take(count, sizeof(float), what, where));
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = std::bit_cast<float>(LittleEndian32(bytes, i));
    if (!std::isfinite(values[i])) {
      return BadInput(std::string("NaN or infinity in the ") + what,
                      where + ", entry " + std::to_string(i), kWrongPair);
    }
  }
  return values;
}

// Makes entry 0 of layer->codebook +0.0, as the zero of a layer that skips weights must be. Returns
// the code that changed places with code 0; 0 where none did.
StatusOr<uint32_t> MoveZeroFirst(const std::string& where, HanNetLayer* layer) {
  std::vector<float>& codebook = layer->codebook;
  const auto zero = std::find(codebook.begin(), codebook.end(), 0.0f);
  if (zero == codebook.end()) {
    return BadInput("weights are skipped, and no centroid is 0", where, kWrongPair);
  }
  const auto code = static_cast<uint32_t>(zero - codebook.begin());
  if (code > 0) {
    std::swap(codebook[0], codebook[code]);
    layer->note = "codes 0 and " + std::to_string(code) + " changed places";
  }
  if (std::signbit(codebook[0])) {
    codebook[0] = 0.0f;
    layer->note += std::string(layer->note.empty() ? "" : ", ") + "centroid -0 became +0";
  }
  return code;
}

StatusOr<HanNetLayer> ParseLayer(const HanNetShape& shape, uint64_t entries,
                                 const std::string& where, Cursor* cursor) {
  if (entries > shape.weights) {
    return BadInput(
        std::to_string(entries) + " stored codes for " + std::to_string(shape.weights) + " weights",
        where, kWrongPair);
  }
  HanNetLayer layer;
  layer.entries = entries;
  layer.code_bits = shape.conv ? 8 : 4;
  DC_ASSIGN_OR_RETURN(layer.codebook,
                      TakeFloats(uint64_t{1} << layer.code_bits, "codebook", where, cursor));
  DC_ASSIGN_OR_RETURN(layer.bias, TakeFloats(shape.outputs, "biases", where, cursor));
  const uint64_t pairs = (entries + 1) / 2;
  DC_ASSIGN_OR_RETURN(const auto codes,
                      cursor->Take(shape.conv ? entries : pairs, 1, "codes", where));
  DC_ASSIGN_OR_RETURN(const auto gaps, cursor->Take(pairs, 1, "gaps", where));

  uint32_t exchanged = 0;
  if (entries < shape.weights) {
    DC_ASSIGN_OR_RETURN(exchanged, MoveZeroFirst(where, &layer));
  }
  layer.codes.assign(static_cast<size_t>(shape.weights), 0);
  uint64_t next = 0;  // the position that gap 0 means
  for (uint64_t i = 0; i < entries; ++i) {
    const uint32_t gap = Nibble(gaps, i);
    if (gap >= shape.weights - next) {
      return BadInput("a position outside the weight's " + std::to_string(shape.weights),
                      where + ", stored code " + std::to_string(i), kWrongPair);
    }
    const uint64_t position = next + gap;
    uint32_t code = shape.conv ? codes[static_cast<size_t>(i)] : Nibble(codes, i);
    if (code == 0 || code == exchanged) code = exchanged - code;
    if (gap == kFillerGap && layer.codebook[code] == 0.0f) ++layer.fillers;
    layer.codes[static_cast<size_t>(position)] = static_cast<uint16_t>(code);
    next = position + 1;
  }
  return layer;
}

}  // namespace

StatusOr<std::vector<HanNetLayer>> ParseHanNet(std::span<const uint8_t> file,
                                               std::span<const HanNetShape> shapes) {
  Cursor cursor(file);
  DC_ASSIGN_OR_RETURN(const auto counts, cursor.Take(shapes.size(), 4, "counts of stored codes",
                                                     std::to_string(shapes.size()) + " layers"));
  std::vector<HanNetLayer> layers;
  std::string where;
  for (size_t i = 0; i < shapes.size(); ++i) {
    where = "layer " + std::to_string(i + 1) + " of " + std::to_string(shapes.size()) + ", " +
            Quoted(shapes[i].name);
    DC_ASSIGN_OR_RETURN(HanNetLayer layer,
                        ParseLayer(shapes[i], LittleEndian32(counts, i), where, &cursor));
    layers.push_back(std::move(layer));
  }
  if (cursor.left() > 0) {
    return BadInput(std::to_string(cursor.left()) + " bytes follow the last layer", where,
                    kWrongPair);
  }
  return layers;
}

}  // namespace dc
