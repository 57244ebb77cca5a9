// ONNX Runtime, as a child process: node and its package onnxruntime-node.
#ifndef DC_TESTS_BENCH_PEER_ONNXRUNTIME_PEER_H_
#define DC_TESTS_BENCH_PEER_ONNXRUNTIME_PEER_H_

#include <memory>
#include <string>

#include "bench/peer/peer_process.h"
#include "dc/status.h"

namespace dc {

// Starts it on `task`, whose model is an ONNX file. `folder` holds node_modules/onnxruntime-node;
// peer/install_onnxruntime.sh puts it there.
StatusOr<std::unique_ptr<PeerProcess>> StartOnnxRuntime(const std::string& folder,
                                                        const PeerTask& task);

}  // namespace dc

#endif  // DC_TESTS_BENCH_PEER_ONNXRUNTIME_PEER_H_
