// Quantized graph -> .dcz.
#ifndef DC_ENCODE_H_
#define DC_ENCODE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/layer_settings.h"
#include "dc/progress.h"
#include "dc/status.h"

namespace dc {

struct EncodeOptions {
  // Width of fixed gaps per layer: "auto" (the cheapest, default) or 1..16. "conv=8,fc=5" gives the
  // paper's tables.
  LayerSettings gap_bits;
  LayerSettings order;  // "auto" (default), "row" or "column"
  // "huffman" (default), "context" (smallest in general, slower to load), "auto" (the smallest for
  // each stream) or "raw" (fixed-width codes and gaps, for comparison).
  std::string coder = "huffman";
  // "f32", or "f16": rounds centroids and biases, and batch normalization to two vectors.
  std::string codebook_type = "f32";
  // 1 to 16: biases and batch-norm vectors become codes into codebooks of at most 2^bits entries
  // (k-means, zeros exact) where that is smaller. 0: they keep their values.
  int bias_bits = 0;
  bool keep_names = false;  // keep names and metadata
  // Says in the file that runtimes may round the inputs of sparse fully connected layers to 8 bits
  // for single samples: SessionOptions::int8_activations is on where nothing else is said.
  bool int8_activations = false;
  int threads = 0;
};

// How one weight was stored. Bits are totals over its stored entries.
struct LayerEncoding {
  std::string name;
  std::string form, positions, order, code_coder, position_coder;
  int64_t weights = 0, survivors = 0, fillers = 0, entries = 0;
  int code_bits = 0, gap_bits = 0;  // fixed widths, before entropy coding
  int64_t codebook_bytes = 0, code_bytes = 0, gap_bytes = 0;
};

// UsageError for an option that has no such value, or that no layer of `graph` takes.
Status CheckEncodeOptions(const EncodeOptions& options, const Graph& graph);

// Encodes `graph`: quantized weights as codes, everything else as plain values. Deterministic; the
// result decodes to the same codes and centroids (f16 codebooks: to the rounded ones). `layers`, if
// not null, receives one entry per weight. Unsupported names the first node that .dcz cannot hold.
StatusOr<std::vector<uint8_t>> EncodeModel(const Graph& graph, const EncodeOptions& options,
                                           std::vector<LayerEncoding>* layers, Progress* progress);

// A .dcz of the structure of `graph` whose weights are nearly all zero: made in a moment, and
// executable where the real one is. Parameters without a value count as zeros, too. The error has
// all reasons at once why a .dcz cannot hold the graph; BadInput where a weight itself cannot be
// encoded (NaN, codes outside the codebook). Tools ask this, and the runtime with what it returns,
// before they work.
StatusOr<std::vector<uint8_t>> EncodeDryRun(const Graph& graph);

}  // namespace dc

#endif  // DC_ENCODE_H_
