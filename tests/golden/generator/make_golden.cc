// make_golden DIR: writes golden files with what they must decode to, and files that must be
// refused with the error they must give. Files that DIR has already are left alone: golden files
// only grow.
#include <cstdio>
#include <functional>
#include <string>

#include "dc/encode.h"
#include "dc/files.h"
#include "entropy/enc/zstd_compress.h"
#include "golden/golden_summary.h"
#include "roundtrip/sample_graphs.h"
#include "unit/format/container_builder.h"

namespace dc {
namespace {

using format::Bytes;
using format::HandFile;
using format::Message;

std::string directory;

void Put(const std::string& name, const Bytes& file, const std::string& text) {
  const std::string path = directory + "/" + name;
  if (FileExists(path + ".dcz")) return;
  const Status written = WriteFileAtomic(path + ".dcz", file);
  const Status described = WriteFileAtomic(path + ".txt", text);
  std::printf("%s %zu bytes%s\n", path.c_str(), file.size(),
              written.ok() && described.ok() ? "" : ": cannot write");
}

// Encodes `graph`; the expectation comes from the graph itself, not from a decoder.
void PutModel(const std::string& name, const Graph& graph, const EncodeOptions& options = {}) {
  const auto file = EncodeModel(graph, options, nullptr, nullptr);
  if (!file.ok()) {
    std::printf("%s: %s\n", name.c_str(), file.status().ToString().c_str());
    return;
  }
  Put(name, *file, Summary(graph));
}

Graph Quantized(Graph graph, const std::vector<float>& codebook) {
  if (!QuantizeAll(&graph, codebook).ok()) std::printf("cannot quantize\n");
  return graph;
}

std::vector<float> Centroids(size_t count) {
  std::vector<float> codebook = {0.0f};
  for (size_t i = 1; i < count; ++i) codebook.push_back(std::sin(1.7f * static_cast<float>(i)));
  return codebook;
}

EncodeOptions Options(const std::string& gap_bits, const std::string& order, const std::string& coder) {
  EncodeOptions options;
  options.gap_bits = *LayerSettings::Parse(gap_bits);
  options.order = *LayerSettings::Parse(order);
  options.coder = coder;
  return options;
}

void PutModels() {
  const Graph fc = FullyConnectedGraph(0.25), conv = ConvolutionalGraph(0.4);
  PutModel("fc_table", Quantized(fc, Centroids(16)));
  PutModel("fc_paper_gaps", Quantized(fc, Centroids(16)), Options("3", "row", "huffman"));
  PutModel("fc_column_raw", Quantized(fc, Centroids(16)), Options("2", "column", "raw"));
  PutModel("fc_dense", Quantized(FullyConnectedGraph(), {-0.5f, -0.25f, -0.1f, 0.1f, 0.3f}));
  PutModel("fc_ternary", Quantized(fc, {0.0f, 0.3f, -0.3f}));
  PutModel("fc_affine", Quantized(fc, {0.0f, -0.375f, -0.25f, -0.125f, 0.0f, 0.125f, 0.25f}));
  PutModel("fc_300_entries", Quantized(fc, Centroids(300)));
  PutModel("fc_all_pruned", Quantized(fc, {0.0f}));
  PutModel("conv_float", conv);
  PutModel("conv_table", Quantized(conv, Centroids(32)));
  EncodeOptions names;
  names.keep_names = true;
  PutModel("conv_names", Quantized(conv, Centroids(8)), names);
  // Values that zstd makes smaller.
  Graph repeated = fc;
  for (float& value : repeated.initializers["fc1.weight"].f32()) value = value > 0 ? 0.1f : 0.0f;
  PutModel("fc_zstd", repeated);
}

// The worked example of docs/format.md: a Gemm with 72 survivors of 256 and a Relu. The hole from
// position 128 to 191 takes fillers.
void PutExample() {
  Graph graph;
  graph.name = "example";
  graph.inputs = {{"x", DataType::kFloat32, {-1, 32}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 8}}};
  graph.initializers["w"] = Tensor::Zeros(DataType::kFloat32, {8, 32});
  graph.initializers["b"] = Tensor::F32({8}, std::vector<float>{0.5f, 0, 0, -1.0f, 0, 0, 0, 0.1f});
  const auto w = graph.initializers["w"].f32();
  for (size_t p = 0; p < w.size(); p += 8) {
    if (p >= 128 && p < 192) continue;
    w[p] = w[p + 1] = -0.5f;
    w[p + 3] = p % 16 == 0 ? 0.25f : 2.0f;
  }
  graph.nodes.push_back(MakeNode("Gemm", {"x", "w", "b"}, "h"));
  graph.nodes.back().attributes["transB"] = int64_t{1};
  graph.nodes.push_back(MakeNode("Relu", {"h"}, "y"));
  PutModel("example", Quantized(graph, {0.0f, -0.5f, 0.25f, 2.0f}), Options("4", "row", "huffman"));
}

// Relu on an input of 2, and what `more` adds to its manifest.
Bytes ReluFile(const std::function<void(Message*)>& more = nullptr, uint8_t major = 1) {
  Message manifest;
  manifest.Sub(2, Message().Number(1, 7));
  manifest.Sub(3, Message().Packed(1, {0, 2}));
  manifest.Sub(4, Message());
  if (more) more(&manifest);
  return HandFile({{1, manifest.bytes()}}, major);
}

// A 2x5 weight with a ternary codebook that a MatMul reads, and these streams.
Bytes WeightFile(const Bytes& codes, const Bytes& gaps) {
  Message manifest;
  Message tensor;
  tensor.Packed(1, {2, 5}).Number(2, 4).Number(3, 3).Number(4, codes.size());
  tensor.Number(5, gaps.size());
  manifest.Sub(1, tensor);
  manifest.Sub(2, Message().Number(1, 3));
  manifest.Sub(3, Message().Packed(1, {0, 2}));
  manifest.Sub(4, Message());
  return HandFile({{1, manifest.bytes()}, {2, {0, 0, 0x80, 0x3F}}, {3, codes}, {4, gaps}});
}

void PutMustFail() {
  const Bytes good = ReluFile();
  Bytes file = good;
  file.back() ^= 0x10;
  Put("bad_flipped_bit", file, "damaged section: checksum mismatch\n");
  file = good;
  file[9] ^= 0x10;
  Put("bad_flipped_table", file, "damaged header: checksum mismatch\n");
  Put("bad_truncated", Bytes(good.begin(), good.end() - 3), "file cut short\n");
  Put("bad_truncated_header", Bytes(good.begin(), good.begin() + 10),
      "file cut short in its header\n");
  file = good;
  file.push_back(0);
  Put("bad_trailing_byte", file, "bytes after the last section\n");
  Put("bad_magic", {'O', 'N', 'N', 'X', 1, 0, 0}, "not a .dcz file\n");
  Put("bad_newer_version", ReluFile(nullptr, 2),
      "format version 2.0 is newer than this program, which reads 1.x\n");
  Put("bad_required_section", HandFile({{1, {0x0A}}, {9, {1}}}),
      "section kind 9 is not known to this version\n");
  Put("bad_cycle", ReluFile([](Message* m) { m->Sub(2, Message().Number(1, 7).Packed(2, {3})); }),
      "reads a value that is not there yet\n");
  Put("bad_huge_shape", ReluFile([](Message* m) {
        m->Sub(1, Message().Packed(1, {0xFFFFFFFF, 0xFFFFFFFF}));
      }),
      "impossible shape\n");
  Put("bad_unjustified_shape", ReluFile([](Message* m) {
        m->Sub(1, Message().Packed(1, {3000, 3000}));
      }),
      "more elements than a file of this size may hold\n");
  Put("bad_missing_stream", ReluFile([](Message* m) { m->Sub(1, Message().Packed(1, {4})); }),
      "streams reach beyond their section\n");
  Put("bad_zstd_bomb", HandFile({{0x81, *ZstdCompress(Bytes(100000, 0)), uint64_t{1} << 33}}),
      "section decompresses to more than a file of this size may hold\n");
  // Raw codes of 2 bits and gaps of 2 bits, four entries; see docs/format.md.
  Put("bad_position", WeightFile({0x02, 0x11, 0x04, 0b10'00'10'01}, {0b10'11'10'00}),
      "position outside the weight\n");
  Put("bad_code", WeightFile({0x02, 0x11, 0x04, 0b11'00'10'01}, {0b00'11'10'00}),
      "code outside the codebook\n");
  Put("bad_filler", WeightFile({0x02, 0x11, 0x04, 0b10'00'10'01}, {0b00'01'10'00}),
      "stored zero that bridges no gap\n");
  Put("bad_huffman_table", WeightFile({0x0A, 0x11, 0x04, 0x00, 0x00, 0x00}, {0b00'11'10'00}),
      "damaged Huffman table: first symbol out of range\n");
}

}  // namespace
}  // namespace dc

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_golden DIR\n");
    return 2;
  }
  dc::directory = argv[1];
  dc::PutExample();
  dc::PutModels();
  dc::PutMustFail();
  return 0;
}
