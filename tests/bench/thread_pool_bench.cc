// What a loop costs beyond its bodies: small bodies on one, two and more threads than cores.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"

namespace dc {
namespace {

// `count` bodies of about `work` multiplications each.
void BM_ParallelFor(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  const size_t count = static_cast<size_t>(state.range(1));
  const int work = static_cast<int>(state.range(2));
  std::vector<uint64_t> results(count * 8);  // a cache line a body
  for (auto _ : state) {
    pool.ParallelFor(count, [&](size_t i) {
      uint64_t x = i + 1;
      for (int k = 0; k < work; ++k) x = x * 0x9E3779B97F4A7C15u + 1;
      results[i * 8] = x;
    });
    benchmark::DoNotOptimize(results.data());
  }
}
BENCHMARK(BM_ParallelFor)
    ->ArgNames({"threads", "count", "work"})
    ->ArgsProduct({{1, 2, 8}, {2, 64}, {100, 10000}})
    ->UseRealTime();

}  // namespace
}  // namespace dc
