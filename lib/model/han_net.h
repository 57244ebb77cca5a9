// The storage format of Song Han's released compressed networks: bytes -> layers.
//
// Little endian, no header. First a uint32 for every layer: how many codes it stores. Then layer by
// layer: float32 codebook (256 entries in a convolution, 16 in a fully connected layer), one
// float32 bias an output, the codes (8 bits each; of 16 entries 4 bits, low nibble first), and
// 4-bit gaps, low nibble first. A gap counts the zeros between a stored code and the one before it.
// Where more than 15 zeros follow each other a filler stands in between: gap 15, a code whose
// centroid is 0.
#ifndef DC_MODEL_HAN_NET_H_
#define DC_MODEL_HAN_NET_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

// What a layer of the file cannot say about itself.
struct HanNetShape {
  std::string name;      // for errors
  uint64_t weights = 0;  // outputs * inputs
  uint64_t outputs = 0;
  bool conv = false;
};

struct HanNetLayer {
  int code_bits = 0;            // 8 or 4
  std::vector<float> codebook;  // 256 or 16; entry 0 is +0.0 where the layer has skipped weights
  std::vector<float> bias;      // one per output
  // One a weight, in the order of the file: outputs x inputs, OIHW. 0 where the file skips it.
  std::vector<uint16_t> codes;
  uint64_t entries = 0;  // stored codes, fillers among them
  uint64_t fillers = 0;
  std::string note;  // what had to change to make code 0 the zero; "" where nothing did
};

// The layers of `file`, in the order of `shapes`. BadInput names the layer and the part where the
// file is too short, where it has more codes or positions than the shape has weights, where a layer
// skips weights and has no zero to give them; the last layer where bytes are left over. Memory: two
// bytes per weight and the size of the file.
StatusOr<std::vector<HanNetLayer>> ParseHanNet(std::span<const uint8_t> file,
                                               std::span<const HanNetShape> shapes);

}  // namespace dc

#endif  // DC_MODEL_HAN_NET_H_
