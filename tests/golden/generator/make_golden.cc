// make_golden DIR: writes golden files with what they must decode to, and files that must be
// refused with the error they must give. Files that DIR has already are left alone: golden files
// only grow.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>

#include "base/bit_io.h"
#include "base/half.h"
#include "base/hash32.h"
#include "base/rng.h"
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

EncodeOptions Options(const std::string& gap_bits, const std::string& order,
                      const std::string& coder) {
  EncodeOptions options;
  options.gap_bits = *LayerSettings::Parse(gap_bits);
  options.order = *LayerSettings::Parse(order);
  options.coder = coder;
  return options;
}

// A Gemm whose weight, of numbers as training leaves them, is stored in planes.
Graph Planes(bool half) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 25}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 16}}};
  graph.initializers["w"] = Tensor::Zeros(DataType::kFloat32, {16, 25});
  Rng rng(7);
  for (float& value : graph.initializers["w"].f32()) {
    value = static_cast<float>(0.05 * rng.Normal());
    if (half) value = HalfToFloat(FloatToHalf(value));
  }
  graph.nodes.push_back(MakeNode("Gemm", {"x", "w"}, "y"));
  graph.nodes.back().attributes["transB"] = int64_t{1};
  return graph;
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
  PutModel("planes_float32", Planes(/*half=*/false));
  PutModel("planes_float16", Planes(/*half=*/true), Options("auto", "auto", "context"));
  EncodeOptions names;
  names.keep_names = true;
  PutModel("conv_names", Quantized(conv, Centroids(8)), names);
  // Values that zstd makes smaller.
  Graph repeated = fc;
  for (float& value : repeated.initializers["fc1.weight"].f32()) value = value > 0 ? 0.1f : 0.0f;
  PutModel("fc_zstd", repeated);
}

// Quantizers of values.
void PutQuantizers() {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 6}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 6}}};
  graph.initializers["step"] = Tensor::F32({}, std::vector<float>{0.3f});
  graph.initializers["sides"] = Tensor::F32({6}, std::vector<float>{1, -1, 1, 1, -0.5f, 2});
  graph.nodes.push_back(MakeNode("UniformQuantize", {"x", "step"}, "q"));
  graph.nodes.back().attributes = {{"low", int64_t{-2}},
                                   {"high", int64_t{5}},
                                   {"rounding", std::string("floor")},
                                   {"offset", 0.5f}};
  graph.nodes.push_back(MakeNode("BinaryQuantize", {"q", "sides"}, "y"));
  PutModel("quantizers", graph);
}

// What later readers know: shapes without a batch, types of inputs and outputs, several outputs,
// and attributes that are words and lists of floats.
void PutExtensions() {
  Graph fixed;
  fixed.fixed_shapes = true;
  fixed.inputs = {{"x", DataType::kFloat32, {1, 6}}};
  fixed.outputs = {{"y", DataType::kFloat32, {1, 6}}};
  fixed.nodes.push_back(MakeNode("Softmax", {"x"}, "y"));
  fixed.nodes[0].attributes["axis"] = int64_t{0};
  PutModel("fixed_shapes", fixed);

  EncodeOptions int8;
  int8.int8_activations = true;
  PutModel("int8_activations", Quantized(FullyConnectedGraph(0.25), Centroids(8)), int8);

  Graph typed;
  typed.inputs = {{"x", DataType::kInt64, {-1, 6}}};
  typed.outputs = {{"y", DataType::kBool, {-1, 6}}};
  typed.nodes.push_back(MakeNode("Equal", {"x", "x"}, "y"));
  PutModel("types", typed);

  Graph outputs;
  outputs.inputs = {{"x", DataType::kFloat32, {-1, 6}}};
  outputs.outputs = {{"y", DataType::kFloat32, {-1, 6}}, {"z", DataType::kFloat32, {-1, 6}}};
  outputs.nodes = {MakeNode("Relu", {"x"}, "y"), MakeNode("Abs", {"x"}, "z")};
  PutModel("two_outputs", outputs);

  Graph words;
  words.inputs = {{"x", DataType::kFloat32, {-1, 1, 2, 3}}};
  words.outputs = {{"y", DataType::kFloat32, {-1, 1, 4, 3}}};
  words.initializers["scales"] = Tensor::F32({4}, std::vector<float>{1, 1, 2, 1});
  words.nodes.push_back(MakeNode("Resize", {"x", "", "scales"}, "y"));
  words.nodes[0].attributes["mode"] = std::string("linear");
  PutModel("words_and_floats", words);
}

// One Gemm whose weight has these dimensions and these codes, and a bias that is mostly zeros.
Graph CodesGraph(const std::vector<int64_t>& shape, const std::vector<float>& codebook,
                 std::vector<uint16_t> codes) {
  const bool conv = shape.size() == 4;
  std::vector<int64_t> input = {-1, shape[1]};
  if (conv) input = {-1, shape[1], 5, 5};
  Graph graph;
  graph.name = "codes";
  graph.inputs = {{"x", DataType::kFloat32, input}};
  graph.outputs = {{"y", DataType::kFloat32, {}}};
  graph.initializers["w"] = Tensor::Zeros(DataType::kFloat32, shape);
  graph.initializers["b"] = Tensor::Zeros(DataType::kFloat32, {shape[0]});
  graph.initializers["b"].f32()[static_cast<size_t>(shape[0] / 2)] = 0.7f;
  graph.nodes.push_back(MakeNode(conv ? "Conv" : "Gemm", {"x", "w", "b"}, "y"));
  if (!conv) graph.nodes.back().attributes["transB"] = int64_t{1};
  QuantizedWeight weight{shape, codebook, std::move(codes), "test", 4};
  if (!SetQuantizedWeight(&graph, "w", weight).ok()) std::printf("cannot set codes\n");
  return graph;
}

// A share `density` of codes other than 0, small ones more often, none in the rows and columns that
// `empty_rows` and `empty_columns` divide.
std::vector<uint16_t> RandomCodes(const std::vector<int64_t>& shape, uint32_t entries,
                                  double density, size_t empty_rows = 1000,
                                  size_t empty_columns = 1000) {
  size_t rows = static_cast<size_t>(shape[0]), columns = 1;
  for (size_t d = 1; d < shape.size(); ++d) columns *= static_cast<size_t>(shape[d]);
  Rng rng(rows * columns + entries);
  std::vector<uint16_t> codes(rows * columns, 0);
  for (size_t i = 0; i < codes.size(); ++i) {
    const double drawn = rng.Uniform(), level = rng.Uniform();
    const bool empty = i / columns % empty_rows == 1 || i % columns % empty_columns == 1;
    if (drawn < density && !empty) {
      codes[i] = static_cast<uint16_t>(1 + static_cast<uint32_t>(level * level * (entries - 1)));
    }
  }
  return codes;
}

// What version 1.1 brought: layouts and coders, each where the encoder takes it.
void PutLayouts() {
  const auto put = [](const std::string& name, const std::vector<int64_t>& shape,
                      const std::vector<float>& codebook, const std::vector<uint16_t>& codes,
                      const std::string& coder) {
    EncodeOptions options;
    options.coder = coder;
    PutModel(name, CodesGraph(shape, codebook, codes), options);
  };
  std::vector<float> sorted = Centroids(64);
  std::sort(sorted.begin() + 1, sorted.end());
  put("escape_rows", {40, 300}, Centroids(8), RandomCodes({40, 300}, 8, 0.01), "huffman");
  std::vector<uint16_t> columns = RandomCodes({60, 50}, 8, 0.004);
  for (size_t r = 0; r < 60; ++r) columns[r * 50 + 7] = columns[r * 50 + 30] = 1 + r % 7;
  put("escape_columns", {60, 50}, Centroids(8), columns, "huffman");
  put("flagged_rows", {30, 40}, Centroids(4), RandomCodes({30, 40}, 4, 0.3, 2), "huffman");
  put("flagged_columns", {40, 30}, Centroids(4), RandomCodes({40, 30}, 4, 0.3, 1000, 3), "huffman");
  put("flagged_both", {40, 40}, Centroids(4), RandomCodes({40, 40}, 4, 0.3, 3, 3), "huffman");
  put("bitmask", {20, 30}, Centroids(64), RandomCodes({20, 30}, 64, 0.5), "raw");
  put("bitmask_flagged", {20, 30}, Centroids(64), RandomCodes({20, 30}, 64, 0.6, 4, 3), "raw");
  put("dense_raw", {6, 10}, {-0.25f, 0.5f, 0.125f, 1.0f}, RandomCodes({6, 10}, 4, 0.7), "raw");
  put(
      "four_streams", {128, 144}, {-0.25f, 0.0f, 0.5f},
      [] {
        std::vector<uint16_t> codes = RandomCodes({128, 144}, 3, 0.04);
        for (uint16_t& code : codes) code = static_cast<uint16_t>((code + 1) % 3);
        return codes;
      }(),
      "huffman");
  put("context_sparse", {40, 60}, Centroids(16), RandomCodes({40, 60}, 16, 0.2), "context");
  put("context_flagged", {40, 60}, Centroids(16), RandomCodes({40, 60}, 16, 0.2, 5, 7), "context");
  put("context_dense", {20, 30}, {-0.5f, 0.5f, 0.25f, -0.125f}, RandomCodes({20, 30}, 4, 0.9),
      "context");
  put("context_kernels", {10, 6, 3, 3}, Centroids(16), RandomCodes({10, 6, 3, 3}, 16, 0.3),
      "context");
  put("context_kernels_dense", {8, 4, 5, 3}, sorted, RandomCodes({8, 4, 5, 3}, 64, 1.0), "context");
  put("context_2000_entries", {30, 30}, Centroids(300), RandomCodes({30, 30}, 300, 0.4), "context");
  // Positions without a pattern, codes that go by the column.
  std::vector<uint16_t> mixed = RandomCodes({64, 90}, 2, 0.08);
  for (size_t i = 0; i < mixed.size(); ++i) mixed[i] *= 1 + i % 90 / 20;
  put("auto_mixed", {64, 90}, Centroids(8), mixed, "auto");
  put("sorted_codebook", {16, 64}, sorted, RandomCodes({16, 64}, 64, 0.5), "huffman");
  put("permuted_codebook", {16, 64}, Centroids(64), RandomCodes({16, 64}, 64, 0.5), "huffman");
}

// A weight whose codes follow from a hash.
void PutHashed() {
  const std::vector<int64_t> shape = {6, 10};
  std::vector<float> codebook = {0.5f, -0.3f, 0.125f, 0.75f, -1.1f, 0.2f, 0.9f};
  const size_t buckets = codebook.size();
  for (size_t k = 0; k < buckets; ++k) codebook.push_back(-codebook[k]);
  std::vector<uint16_t> codes;
  for (uint32_t i = 0; i < 60; ++i) {
    codes.push_back(HashedCode(i, static_cast<uint32_t>(buckets), 12345));
  }
  Graph graph = CodesGraph(shape, codebook, codes);
  QuantizedWeight weight = *GetQuantizedWeight(graph, "w");
  weight.policy = "hashed buckets=7 seed=12345";
  if (!SetQuantizedWeight(&graph, "w", weight).ok()) std::printf("cannot set codes\n");
  PutModel("hashed", graph);
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
  // Of a Concat, which takes a list.
  Put("bad_omitted_input", ReluFile([](Message* m) {
        m->Sub(2, Message().Number(1, 19).Packed(2, {1, 0}));
      }),
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
  // Version 1.1. Codings that do not exist.
  Put("bad_combination", WeightFile({0x12, 0x11, 0x01, 0x01}, {0x00}),
      "position coding and coder that do not go together\n");
  Put("bad_flags", WeightFile({0x82, 0x11, 0x04, 0x01, 0x01}, {0x00}),
      "a coding that this version does not know\n");
  // Rows flagged in runs of order 0, the first of them 5 of 2 rows.
  Put("bad_flag_runs", WeightFile({0x82, 0x11, 0x01, 0x01, 0x01}, {0x50, 0x00}),
      "damaged flags of empty lines\n");
  // Bitmasks of 10 elements and three raw codes of 2 bits.
  Put("bad_bitmask_count", WeightFile({0x06, 0x10, 0x03, 0b01'10'01}, {0b0001'0111, 0}),
      "number of entries does not fit the mask\n");
  Put("bad_bitmask_length", WeightFile({0x06, 0x10, 0x03, 0b01'10'01}, {0b0000'0111}),
      "bitmask of the wrong length\n");
  Put("bad_bitmask_padding", WeightFile({0x06, 0x10, 0x03, 0b01'10'01}, {0b0000'0111, 0x04}),
      "bits left over in the positions\n");
  Put("bad_bitmask_zero", WeightFile({0x06, 0x10, 0x03, 0b01'00'01}, {0b0000'0111, 0}),
      "stored zero that bridges no gap\n");
  // A 2x5 tensor in planes of float32.
  const auto planes = [](const Bytes& values, uint64_t size) {
    Message manifest, tensor;
    tensor.Packed(1, {2, 5}).Number(2, 5).Number(11, size);
    manifest.Sub(1, tensor);
    manifest.Sub(2, Message().Number(1, 3));
    manifest.Sub(3, Message().Packed(1, {0, 2}));
    manifest.Sub(4, Message());
    return HandFile({{1, manifest.bytes()}, {5, values}});
  };
  Put("bad_planes_length", planes({0x7F, 0x00, 0x70}, 3), "weight header cut short\n");
  Put("bad_planes_missing", planes({0x00}, 0), "planes of no length\n");
  Put("bad_planes_positions", planes({0x03, 0x02, 0x70, 0x00, 0x00, 0x00}, 6), "damaged planes\n");
  // Escape gaps of precision 0: tokens 0 (word 0) and 32 (word 1), whose gap is at least 2^31.
  BitWriter escape;
  escape.Write(0b1, 1);              // first symbol 0
  escape.Write(0b0001, 4);           // skip mode 1, delta order 0
  escape.Write(1, 5);                // words of 1 bit
  escape.Write(0b00000'1'0000, 10);  // 31 left out: four zeros, a one, 31 + 1 = 32 less 32 ...
  Put("bad_escape_table", WeightFile({0x24, 0x01, 0x01, 0x01}, escape.Finish()),
      "damaged Huffman table: bits missing\n");
  Put("bad_four_streams", WeightFile({0x1A, 0x11, 0x02, 0x21, 0x04, 0x7F, 0, 0}, {0x00}),
      "bits missing or left over\n");
  Put("bad_context_tail",
      WeightFile({0x16, 0x10, 0x03, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0x01},
                 {0b0000'0111, 0}),
      "bytes left over in the codes\n");
  // A table of three entries whose second number lies beyond every f16.
  Message sorted;
  sorted.Packed(1, {1, 1}).Number(2, 2).Number(3, 3).Number(4, 3).Number(6, 1).Number(10, 5);
  Message manifest;
  manifest.Sub(1, sorted);
  manifest.Sub(2, Message().Number(1, 3));
  manifest.Sub(3, Message().Packed(1, {0, 1}));
  manifest.Sub(4, Message());
  Put("bad_sorted_codebook",
      HandFile({{1, manifest.bytes()}, {2, {0xC0, 0xFF, 0x3F, 0xFF, 0x01}}, {3, {0x02, 0x11, 0}}}),
      "codebook beyond all numbers\n");
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
  dc::PutExtensions();
  dc::PutQuantizers();
  dc::PutLayouts();
  dc::PutHashed();
  dc::PutMustFail();
  return 0;
}
