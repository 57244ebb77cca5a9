#include "bench/peer/onnxruntime_peer.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "dc/files.h"

namespace dc {
namespace {

Status NoPeer(const std::string& what) {
  return Unsupported("ONNX Runtime does not answer: " + what, "onnxruntime-node",
                     "npm install --ignore-scripts onnxruntime-node@1.20.1");
}

}  // namespace

StatusOr<OnnxRuntimePeer> OnnxRuntimePeer::Start(const std::string& folder,
                                                 const std::string& model, const std::string& input,
                                                 const std::vector<int64_t>& shape, int64_t batch,
                                                 int threads) {
  int to[2], from[2];
  if (pipe(to) != 0 || pipe(from) != 0) return NoPeer("no pipe");
  OnnxRuntimePeer peer;
  peer.process_ = fork();
  if (peer.process_ < 0) return NoPeer("no process");
  if (peer.process_ == 0) {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    for (int fd : {to[0], to[1], from[0], from[1]}) close(fd);
    std::string shape_text;
    for (int64_t d : shape) shape_text += (shape_text.empty() ? "" : "x") + std::to_string(d);
    setenv("PEER_SHAPE", shape_text.c_str(), 1);
    setenv("NODE_PATH", (folder + "/node_modules").c_str(), 1);
    const std::string batch_text = std::to_string(batch), threads_text = std::to_string(threads);
    execlp("node", "node", DC_TESTS_DIR "/bench/peer/onnxruntime_peer.js", model.c_str(),
           input.c_str(), batch_text.c_str(), threads_text.c_str(), nullptr);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  signal(SIGPIPE, SIG_IGN);
  peer.to_ = fdopen(to[1], "w");
  peer.from_ = fdopen(from[0], "r");
  DC_ASSIGN_OR_RETURN(const std::string line, peer.ReadLine());
  if (std::sscanf(line.c_str(), "loaded %lf", &peer.load_ms_) != 1) return NoPeer(line);
  return peer;
}

OnnxRuntimePeer::OnnxRuntimePeer(OnnxRuntimePeer&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      to_(std::exchange(other.to_, nullptr)),
      from_(std::exchange(other.from_, nullptr)),
      load_ms_(other.load_ms_) {}

OnnxRuntimePeer::~OnnxRuntimePeer() {
  if (to_) fclose(to_);
  if (from_) fclose(from_);
  if (process_ > 0) waitpid(process_, nullptr, 0);
}

StatusOr<std::string> OnnxRuntimePeer::ReadLine() {
  std::string line;
  for (int c; (c = fgetc(from_)) != EOF && c != '\n';) line += static_cast<char>(c);
  if (line.empty()) return NoPeer("it has ended");
  if (line.starts_with("error ")) return NoPeer(line.substr(6));
  return line;
}

StatusOr<std::string> OnnxRuntimePeer::Ask(const std::string& line) {
  fputs((line + "\n").c_str(), to_);
  fflush(to_);
  return ReadLine();
}

StatusOr<PeerTimes> OnnxRuntimePeer::Time(double seconds) {
  DC_ASSIGN_OR_RETURN(const std::string line, Ask("time " + std::to_string(seconds)));
  PeerTimes times;
  int runs = 0;
  if (std::sscanf(line.c_str(), "%d %lf %lf", &runs, &times.min_us, &times.median_us) != 3) {
    return NoPeer(line);
  }
  return times;
}

StatusOr<std::vector<float>> OnnxRuntimePeer::Output(const std::string& scratch) {
  DC_RETURN_IF_ERROR(Ask("output " + scratch).status());
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(scratch));
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace dc
