// ONNX Runtime, as a child process: node and its package onnxruntime-node.
#ifndef DC_TESTS_BENCH_PEER_ONNXRUNTIME_PEER_H_
#define DC_TESTS_BENCH_PEER_ONNXRUNTIME_PEER_H_

#include <memory>
#include <string>

#include "bench/peer/peer_process.h"
#include "dc/status.h"

namespace dc {

// The folder whose node_modules holds it: $DC_PEER_DIR, or the build folder's "peer". The first
// call installs it there from npm if need be, in at most 100 seconds and saying so on stderr.
// Unsupported where node, npm or the network is absent.
StatusOr<std::string> OnnxRuntimeFolder();

// Starts it on `task`, whose model is an ONNX file.
StatusOr<std::unique_ptr<PeerProcess>> StartOnnxRuntime(const PeerTask& task);

}  // namespace dc

#endif  // DC_TESTS_BENCH_PEER_ONNXRUNTIME_PEER_H_
