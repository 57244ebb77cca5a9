#include "bench/peer/onnxruntime_peer.h"

#include <cstdlib>

namespace dc {

StatusOr<std::string> OnnxRuntimeFolder() {
  const char* chosen = std::getenv("DC_PEER_DIR");
  const std::string folder = chosen ? chosen : DC_DEFAULT_PEER_DIR;
  const std::string script = std::string(DC_TESTS_DIR) + "/bench/peer/install_onnxruntime.sh";
  static const bool installed =
      std::system(("timeout 100 '" + script + "' '" + folder + "' >&2").c_str()) == 0;
  if (installed) return folder;
  return Unsupported("npm cannot install onnxruntime-node", folder, "see its messages on stderr");
}

StatusOr<std::unique_ptr<PeerProcess>> StartOnnxRuntime(const PeerTask& task) {
  DC_ASSIGN_OR_RETURN(const std::string folder, OnnxRuntimeFolder());
  const std::string script = std::string(DC_TESTS_DIR) + "/bench/peer/onnxruntime_peer.js";
  return PeerProcess::Start({"node", script, folder, task.model, task.input, ShapeArgument(task),
                             std::to_string(task.threads)},
                            task);
}

}  // namespace dc
