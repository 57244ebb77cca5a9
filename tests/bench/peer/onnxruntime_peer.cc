#include "bench/peer/onnxruntime_peer.h"

namespace dc {

StatusOr<std::unique_ptr<PeerProcess>> StartOnnxRuntime(const std::string& folder,
                                                        const PeerTask& task) {
  std::string shape;
  for (int64_t d : task.shape) shape += (shape.empty() ? "" : "x") + std::to_string(d);
  auto peer = PeerProcess::Start({"node", DC_TESTS_DIR "/bench/peer/onnxruntime_peer.js", folder,
                                  task.model, task.input, shape, std::to_string(task.threads)},
                                 task);
  if (peer.ok()) return peer;
  return Unsupported(peer.status().what(), "onnxruntime-node in " + folder,
                     "run tests/bench/peer/install_onnxruntime.sh " + folder);
}

}  // namespace dc
