// A case of the comparison as the files that its competitors read.
#ifndef DC_TESTS_BENCH_CASE_FILES_H_
#define DC_TESTS_BENCH_CASE_FILES_H_

#include <string>
#include <vector>

#include "bench/comparison.h"
#include "bench/peer/peer_process.h"
#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

struct CaseFiles {
  Graph dense;               // the network with float32 weights
  std::vector<float> input;  // a batch
  // One core and one thread each. All have `ours` (.dcz) and `fp32` (ONNX); own_dense is the .dcz
  // of `dense`, int8 its dynamically quantized ONNX, empty an ONNX that computes nothing.
  PeerTask ours, own_dense, fp32, int8, empty;
};

// Builds the model of `comparison` and writes what it needs into `folder`.
StatusOr<CaseFiles> WriteCaseFiles(const ComparisonCase& comparison, const std::string& folder);

}  // namespace dc

#endif  // DC_TESTS_BENCH_CASE_FILES_H_
