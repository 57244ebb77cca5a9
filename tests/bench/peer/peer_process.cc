#include "bench/peer/peer_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "dc/files.h"

namespace dc {
namespace {

// In the new process: takes the pipes as standard input and output and becomes the program.
[[noreturn]] void Become(const std::vector<std::string>& command, const std::vector<int>& cores,
                         int in, int out) {
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  if (!cores.empty()) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int core : cores) CPU_SET(core, &set);
    sched_setaffinity(0, sizeof(set), &set);
  }
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

std::string ShapeArgument(const PeerTask& task) {
  std::string shape;
  for (int64_t d : task.shape) shape += (shape.empty() ? "" : "x") + std::to_string(d);
  return shape;
}

StatusOr<std::unique_ptr<PeerProcess>> PeerProcess::Start(const std::vector<std::string>& command,
                                                          const PeerTask& task) {
  std::unique_ptr<PeerProcess> peer(new PeerProcess(command[0], task.scratch));
  // Closed on exec: a later process must not hold the input of an earlier one open.
  int to[2], from[2];
  if (pipe2(to, O_CLOEXEC) != 0) return peer->NoAnswer("no pipe");
  if (pipe2(from, O_CLOEXEC) != 0) {
    for (int fd : to) close(fd);
    return peer->NoAnswer("no pipe");
  }
  signal(SIGPIPE, SIG_IGN);
  peer->process_ = fork();
  if (peer->process_ == 0) Become(command, task.cores, to[0], from[1]);
  close(to[0]);
  close(from[1]);
  peer->to_ = fdopen(to[1], "w");
  peer->from_ = fdopen(from[0], "r");
  if (peer->process_ < 0) return peer->NoAnswer("no process");
  DC_ASSIGN_OR_RETURN(const std::string line, peer->ReadLine());
  DC_RETURN_IF_ERROR(peer->TakeLoaded(line));
  return peer;
}

Status PeerProcess::TakeLoaded(const std::string& line) {
  long long grown = 0;
  int note = 0;
  if (std::sscanf(line.c_str(), "loaded %lf %lld %n", &load_ms_, &grown, &note) != 2) {
    return NoAnswer(line);
  }
  grown_bytes_ = grown;
  note_ = line.substr(static_cast<size_t>(note));
  return OkStatus();
}

Status PeerProcess::Open(const PeerTask& task) {
  scratch_ = task.scratch;
  DC_ASSIGN_OR_RETURN(const std::string line,
                      Ask("open " + task.model + " " + task.input + " " + ShapeArgument(task)));
  return TakeLoaded(line);
}

PeerProcess::~PeerProcess() {
  if (to_) fclose(to_);
  if (from_) fclose(from_);
  if (process_ > 0) waitpid(process_, nullptr, 0);
}

Status PeerProcess::NoAnswer(const std::string& what) const {
  return Unsupported("no useful answer: " + what, name_);
}

StatusOr<std::string> PeerProcess::ReadLine() {
  std::string line;
  for (int c; (c = fgetc(from_)) != EOF && c != '\n';) line += static_cast<char>(c);
  if (line.empty()) return NoAnswer("it has ended");
  if (line.starts_with("error ")) return NoAnswer(line.substr(6));
  return line;
}

StatusOr<std::string> PeerProcess::Ask(const std::string& line) {
  fputs((line + "\n").c_str(), to_);
  fflush(to_);
  return ReadLine();
}

StatusOr<Times> PeerProcess::Time(double seconds) {
  DC_ASSIGN_OR_RETURN(const std::string line, Ask("time " + std::to_string(seconds)));
  Times times;
  if (std::sscanf(line.c_str(), "%d %lf %lf", &times.calls, &times.min_us, &times.median_us) != 3) {
    return NoAnswer(line);
  }
  return times;
}

StatusOr<double> PeerProcess::Load() {
  DC_ASSIGN_OR_RETURN(const std::string line, Ask("load"));
  double milliseconds = 0;
  if (std::sscanf(line.c_str(), "%lf", &milliseconds) != 1) return NoAnswer(line);
  return milliseconds;
}

StatusOr<std::vector<float>> PeerProcess::Output() {
  DC_RETURN_IF_ERROR(Ask("output " + scratch_).status());
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(scratch_));
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace dc
