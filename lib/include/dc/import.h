// Compressed networks of other tools -> quantized graph.
#ifndef DC_IMPORT_H_
#define DC_IMPORT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// What one layer of an imported file held.
struct ImportedLayer {
  std::string name;  // of the weight in the graph
  int64_t weights = 0, survivors = 0;
  int64_t entries = 0;  // codes that the file stores, fillers among them
  int64_t fillers = 0;
  int bits = 0;  // width of a stored code
  int codebook_entries = 0;
  std::string note;  // what had to change to fit the quantized form; "" where nothing did
};

// Fills the weights and biases of `graph` from `file`, a network in the storage format of Song
// Han's released Deep Compression models ("compressed_SqueezeNet.net"), layer by layer in the order
// of the nodes. Every weight takes its quantized form with the file's codes and centroids bit for
// bit, biases are overwritten, and declared parameters without a value get theirs. `graph` gives
// the topology: weights as Conv, Gemm or MatMul, each with a bias that no other node reads.
//
// Code 0 is zero in a layer with pruned weights; where the file has its zero elsewhere the two
// codes change places, and the layer's note says so. BadInput names the layer where the file is
// too short, too long or does not fit the topology. After an error `graph` is not to be used.
StatusOr<std::vector<ImportedLayer>> ImportHanNet(std::span<const uint8_t> file, Graph* graph);

}  // namespace dc

#endif  // DC_IMPORT_H_
