#include "common/cancellation.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "dc/status.h"

namespace dc {
namespace {

constexpr unsigned kPatienceSeconds = 2;

std::atomic<bool> cancelled{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");
char last_line[64];  // what is printed where the work did not end by itself
size_t last_line_size = 0;

void EndNow(int) {
  // Nothing is to be done where this cannot be written.
  if (write(STDERR_FILENO, last_line, last_line_size) < 0) errno = 0;
  _exit(ExitCode(StatusCode::kCancelled));
}

void AskToEnd(int signal) {
  if (cancelled.exchange(true)) EndNow(signal);
  const int before = errno;
  alarm(kPatienceSeconds);
  errno = before;
}

void Handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void WatchForSignals(const std::string& tool) {
  const std::string line = tool + ": error: cancelled\n";
  last_line_size = std::min(line.size(), sizeof(last_line));
  std::memcpy(last_line, line.data(), last_line_size);
  Handle(SIGALRM, EndNow);
  Handle(SIGINT, AskToEnd);
  Handle(SIGTERM, AskToEnd);
}

bool IsCancelled() { return cancelled.load(std::memory_order_relaxed); }

}  // namespace dc
