#include "common/terminal_progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <string>

#include "common/cancellation.h"
#include "common/output.h"
#include "dc/printable.h"

namespace dc {
namespace {

constexpr size_t kLongestName = 60;  // of a job

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// "7s", "3m05s", "1h02m".
std::string Duration(double seconds) {
  const int64_t s = static_cast<int64_t>(seconds + 0.5);
  char text[32];
  if (s < 60) {
    std::snprintf(text, sizeof(text), "%ds", static_cast<int>(s));
  } else if (s < 3600) {
    std::snprintf(text, sizeof(text), "%dm%02ds", static_cast<int>(s / 60),
                  static_cast<int>(s % 60));
  } else {
    std::snprintf(text, sizeof(text), "%dh%02dm", static_cast<int>(s / 3600),
                  static_cast<int>(s % 3600 / 60));
  }
  return text;
}

class Terminal : public Progress {
 public:
  Terminal() : bar_(isatty(STDERR_FILENO) == 1) {}
  ~Terminal() override {
    if (open_ && bar_) std::fputs("\n", stderr);
  }

  void Begin(const std::string& name, int64_t total) override {
    name_ = Shortened(Printable(name), kLongestName);
    total_ = std::max<int64_t>(total, 1);
    begin_ = last_ = Clock::now();
    open_ = true;
    if (bar_) Show(0, "");
  }

  void Advance(int64_t done, const std::string& note) override {
    // Often enough to look alive, seldom enough to cost nothing and keep logs short.
    if (SecondsSince(last_) < (bar_ ? 0.1 : 5.0)) return;
    last_ = Clock::now();
    Show(done, note);
  }

  void End(const std::string& summary) override {
    if (bar_) std::fputs("\r\033[K", stderr);
    char head[128];
    std::snprintf(head, sizeof(head), "%-10s done in %s%s", name_.c_str(),
                  Duration(SecondsSince(begin_)).c_str(), summary.empty() ? "" : "  ");
    PrintRemark(head + summary);
    open_ = false;
  }

  void Note(const std::string& text) override {
    // Stages of one run remark the same of the same data.
    if (!noted_.insert(text).second) return;
    if (bar_ && open_) std::fputs("\r\033[K", stderr);
    PrintRemark(text);
  }

  bool IsCancelled() const override { return dc::IsCancelled(); }

 private:
  void Show(int64_t done, const std::string& note) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
    const double seconds = SecondsSince(begin_);
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    const std::string left = rate > 0 ? Duration(static_cast<double>(total_ - done) / rate) : "-";
    char head[128];
    std::snprintf(head, sizeof(head), "%-10s %3d %%", name_.c_str(), static_cast<int>(100 * share));
    char tail[64];
    std::snprintf(tail, sizeof(tail), "  %.1f/s  %s left  ", rate, left.c_str());
    if (!bar_) {
      PrintRemark(head + std::string(tail) + note);
      return;
    }
    constexpr int kCells = 24;
    std::string line(head);
    line += " [";
    for (int i = 0; i < kCells; ++i) line += i < share * kCells ? '#' : '.';
    line += "]" + std::string(tail) + note;
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) {
      line = line.substr(0, size.ws_col - 1u);
    }
    std::fprintf(stderr, "\r%s\033[K", Printable(line).c_str());
  }

  const bool bar_;
  bool open_ = false;
  std::string name_;
  std::set<std::string> noted_;
  int64_t total_ = 1;
  Clock::time_point begin_, last_;
};

class Quiet : public PartProgress {
 public:
  Quiet() : PartProgress(nullptr) {}
  bool IsCancelled() const override { return dc::IsCancelled(); }
};

}  // namespace

std::unique_ptr<Progress> MakeTerminalProgress(bool quiet) {
  if (quiet) return std::make_unique<Quiet>();
  return std::make_unique<Terminal>();
}

}  // namespace dc
