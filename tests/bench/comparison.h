// One model in our runtime and in everybody else's.
#ifndef DC_TESTS_BENCH_COMPARISON_H_
#define DC_TESTS_BENCH_COMPARISON_H_

#include <functional>
#include <string>

#include "bench/result_table.h"
#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

struct ComparisonCase {
  std::string name;
  std::function<StatusOr<Graph>()> build;  // a quantized graph
  int64_t batch = 1;
  double active = 0.35;  // share of the inputs that is not zero, unless they are pixels
  double fp32_target = 0, int8_target = 0;  // how many times as fast as ONNX Runtime; 0: any
  // A FullyConnectedModel: against dynamic int8, Eigen and oneDNN too.
  bool fully_connected = false;
  // Rows for AVX2 alone and for the portable kernels.
  bool instruction_sets = false;
  double avx2_target = 0;
  // Two threads against one.
  bool two_threads = false;
  // Against our own dense kernel on the same values.
  bool own_dense = false;
  // So small that it counts what a call of ONNX Runtime costs through node: the target is for its
  // time less that of a model that computes nothing.
  bool small = false;
  // Time to load and bytes in memory.
  bool loading = false;
};

// Builds the model, checks that everybody computes the same, times everybody in rounds that take
// turns, and adds rows to `table`. Everybody has one core, the same one. Models and inputs become
// files in `folder`.
Status Compare(const ComparisonCase& comparison, const std::string& folder, ResultTable* table);

}  // namespace dc

#endif  // DC_TESTS_BENCH_COMPARISON_H_
