// Bits a second through BitReader in the pattern of a Huffman decoder: peek a window, take less.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "base/bit_io.h"
#include "base/rng.h"

namespace dc {
namespace {

void BM_PeekSkip(benchmark::State& state) {
  const int peek = static_cast<int>(state.range(0));
  Rng rng(1);
  std::vector<uint8_t> bytes(1 << 20);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(rng.Next());
  int64_t bits = 0;
  for (auto _ : state) {
    BitReader reader(bytes);
    uint32_t sum = 0;
    while (reader.consumed() < bytes.size() * 8) {
      const uint32_t window = reader.Peek(peek);
      sum += window;
      // 3 to 6 bits, decided by the data as a decoder's code lengths are.
      reader.Skip(3 + static_cast<int>(window & 3));
    }
    benchmark::DoNotOptimize(sum);
    bits += static_cast<int64_t>(reader.consumed());
  }
  state.SetItemsProcessed(bits);
}
BENCHMARK(BM_PeekSkip)->Arg(11)->Arg(16);

void BM_Write(benchmark::State& state) {
  int64_t bits = 0;
  for (auto _ : state) {
    BitWriter writer;
    for (uint32_t i = 0; i < (1u << 18); ++i) writer.Write(i & 15, 4 + static_cast<int>(i & 3));
    bits += static_cast<int64_t>(writer.bit_count());
    benchmark::DoNotOptimize(writer.Finish().data());
  }
  state.SetItemsProcessed(bits);
}
BENCHMARK(BM_Write);

}  // namespace
}  // namespace dc
