// Decoding speed of coded streams against zstd on the same symbols, one a byte. One core.
//
// Each row times its competitors in turn within every iteration, so that a slow phase of the
// machine hits all of them alike. "M/s" are million symbols a second at the fastest repetition,
// "x zstd -N" the ratio of the fastest repetitions, "x zstd -N med" of the medians.
#include <benchmark/benchmark.h>
#include <zstd.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "bench/symbol_streams.h"
#include "entropy/dec/symbol_decoder.h"
#include "entropy/enc/huffman_encoder.h"

namespace dc {
namespace {

constexpr size_t kSymbols = 3'400'000;

// Seconds of processor time of every repetition of one competitor: what other programs take in
// between does not count.
class Timings {
 public:
  void Run(const std::function<void()>& work) {
    const std::clock_t start = std::clock();
    work();
    seconds_.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  double last() const { return seconds_.back(); }
  double Least() const { return *std::min_element(seconds_.begin(), seconds_.end()); }
  double Median() {
    const auto middle = seconds_.begin() + static_cast<std::ptrdiff_t>(seconds_.size() / 2);
    std::nth_element(seconds_.begin(), middle, seconds_.end());
    return *middle;
  }

 private:
  std::vector<double> seconds_;
};

// zstd at one level on the symbols as bytes.
struct ZstdPeer {
  int level;
  std::string compressed;
  Timings timings;
};

// Huffman decoding of `bits`-bit codes of Laplacian weights at `density`.
void HuffmanCodes(benchmark::State& state, StreamCoder coder, int bits, double density) {
  const std::vector<uint16_t> symbols = KMeansCodes(PrunedLaplacian(kSymbols, density, 1), bits);
  if (symbols.size() != kSymbols) return state.SkipWithError("k-means failed");
  const std::vector<uint8_t> plain(symbols.begin(), symbols.end());
  const auto counts = CountSymbols(symbols);
  const HuffmanEncoder encoder(counts);
  std::vector<uint8_t> coded;
  if (coder == StreamCoder::kHuffman4) {
    encoder.WriteFourStreams(symbols, &coded);
  } else {
    BitWriter writer;
    encoder.WriteTable(&writer);
    for (uint16_t symbol : symbols) encoder.WriteSymbol(symbol, &writer);
    coded = writer.Finish();
  }

  std::vector<ZstdPeer> peers = {{1, {}, {}}, {3, {}, {}}, {19, {}, {}}};
  for (ZstdPeer& peer : peers) {
    peer.compressed.resize(ZSTD_compressBound(plain.size()));
    peer.compressed.resize(ZSTD_compress(peer.compressed.data(), peer.compressed.size(),
                                         plain.data(), plain.size(), peer.level));
  }
  const uint32_t alphabet = 1u << bits;
  std::vector<uint8_t> out(plain.size());
  ZSTD_DCtx* context = ZSTD_createDCtx();
  Timings own;
  bool right = true;
  size_t turn = 0;
  for (auto unused : state) {
    // Each iteration starts with the next competitor.
    for (size_t i = 0; i <= peers.size(); ++i) {
      const size_t competitor = (turn + i) % (peers.size() + 1);
      if (competitor == peers.size()) {
        own.Run([&] { right &= DecodeSymbols(coder, bits, alphabet, coded, std::span(out)).ok(); });
      } else {
        ZstdPeer& peer = peers[competitor];
        peer.timings.Run([&] {
          right &= ZSTD_decompressDCtx(context, out.data(), out.size(), peer.compressed.data(),
                                       peer.compressed.size()) == out.size();
        });
      }
      right &= out == plain;
    }
    ++turn;
    state.SetIterationTime(own.last());
  }
  ZSTD_freeDCtx(context);
  if (!right) return state.SkipWithError("a decoder gave back other symbols");

  const double count = static_cast<double>(kSymbols);
  state.counters["b/sym"] = 8.0 * static_cast<double>(coded.size()) / count;
  state.counters["entropy"] = Entropy(counts);
  state.counters["M/s"] = count / own.Least() / 1e6;
  for (ZstdPeer& peer : peers) {
    const std::string name = "zstd -" + std::to_string(peer.level);
    state.counters[name + " M/s"] = count / peer.timings.Least() / 1e6;
    state.counters[name + " b/sym"] = 8.0 * static_cast<double>(peer.compressed.size()) / count;
    state.counters["x " + name] = peer.timings.Least() / own.Least();
    state.counters["x " + name + " med"] = peer.timings.Median() / own.Median();
  }
}

#define DC_HUFFMAN_ROW(name, ...)                    \
  BENCHMARK_CAPTURE(HuffmanCodes, name, __VA_ARGS__) \
      ->UseManualTime()                              \
      ->Unit(benchmark::kMillisecond)                \
      ->Iterations(100)
DC_HUFFMAN_ROW(4 bits in four streams, StreamCoder::kHuffman4, 4, 0.09);
DC_HUFFMAN_ROW(5 bits in four streams, StreamCoder::kHuffman4, 5, 0.09);
DC_HUFFMAN_ROW(6 bits in four streams, StreamCoder::kHuffman4, 6, 0.09);
DC_HUFFMAN_ROW(8 bits in four streams, StreamCoder::kHuffman4, 8, 0.35);
DC_HUFFMAN_ROW(5 bits in one stream, StreamCoder::kHuffman, 5, 0.09);
DC_HUFFMAN_ROW(8 bits in one stream, StreamCoder::kHuffman, 8, 0.35);

}  // namespace
}  // namespace dc
