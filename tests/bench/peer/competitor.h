// One side of a comparison: something that runs a model on an input of its own, again and again.
#ifndef DC_TESTS_BENCH_PEER_COMPETITOR_H_
#define DC_TESTS_BENCH_PEER_COMPETITOR_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"

namespace dc {

// Of single calls, in microseconds.
struct Times {
  double min_us = 0, median_us = 0;
  int calls = 0;
};

class Competitor {
 public:
  virtual ~Competitor() = default;
  // Computes once: batch times the outputs of a sample.
  virtual StatusOr<std::vector<float>> Output() = 0;
  // Computes for about so long.
  virtual StatusOr<Times> Time(double seconds) = 0;
};

// A fully connected layer and its input, as the libraries that know no files take it: y = Wx + b.
struct FullyConnectedTask {
  int64_t outputs = 0, inputs = 0, batch = 1;
  std::span<const float> weight;  // [outputs][inputs]
  std::span<const float> bias;    // [outputs]
  std::span<const float> input;   // [batch][inputs]
};

inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Calls run() once untimed, then for `seconds`, twice at least.
template <typename Run>
Times TimeCalls(double seconds, Run run) {
  using Clock = std::chrono::steady_clock;
  const auto microseconds = [](Clock::time_point begin) {
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
  };
  run();
  std::vector<double> times;
  const auto begin = Clock::now();
  while (times.size() < 2 || microseconds(begin) < seconds * 1e6) {
    const auto start = Clock::now();
    run();
    times.push_back(microseconds(start));
  }
  return {*std::min_element(times.begin(), times.end()), Median(times),
          static_cast<int>(times.size())};
}

}  // namespace dc

#endif  // DC_TESTS_BENCH_PEER_COMPETITOR_H_
