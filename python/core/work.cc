#include "core/work.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "dc/printable.h"

namespace dc::python {
namespace {

namespace py = pybind11;

constexpr std::chrono::milliseconds kPatience(50);

struct Event {
  const char* kind;
  std::string name, text;
  int64_t done = 0, total = 0;
};

// What the work has reported and Python has not yet seen.
class Mailbox : public Progress {
 public:
  void Begin(const std::string& name, int64_t total) override {
    const std::lock_guard lock(mutex_);
    name_ = name;
    total_ = total;
    events_.push_back({"begin", name_, "", 0, total_});
  }
  void Advance(int64_t done, const std::string& note) override {
    const std::lock_guard lock(mutex_);
    // Only the last of several is worth showing.
    if (events_.empty() || std::string_view(events_.back().kind) != "advance") {
      events_.push_back({"advance", name_, "", 0, total_});
    }
    events_.back().done = done;
    events_.back().text = note;
  }
  void End(const std::string& summary) override {
    const std::lock_guard lock(mutex_);
    events_.push_back({"end", name_, summary, total_, total_});
  }
  void Note(const std::string& text) override {
    const std::lock_guard lock(mutex_);
    events_.push_back({"note", name_, text, 0, total_});
  }
  bool IsCancelled() const override { return cancelled_.load(std::memory_order_relaxed); }

  void Cancel() { cancelled_ = true; }

  void Finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }

  // Waits a moment for the end of the work; what was reported until then, and whether it ended.
  std::pair<std::vector<Event>, bool> Collect() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return finished_; });
    return {std::exchange(events_, {}), finished_};
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
  std::string name_;
  int64_t total_ = 0;
  bool finished_ = false;
  std::atomic<bool> cancelled_{false};
};

void Deliver(const std::vector<Event>& events, const py::object& listener) {
  if (!listener.is_none()) {
    for (const Event& event : events) {
      listener(event.kind, ValidUtf8(event.name), event.done, event.total, ValidUtf8(event.text));
    }
  }
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

Status Guarded(const std::function<Status(Progress*)>& work, Progress* progress) {
  try {
    return work(progress);
  } catch (const std::bad_alloc&) {
    return NoMemory("not enough memory", "", "use a smaller model or batch");
  } catch (const std::exception& error) {
    return Internal(std::string("an unexpected error: ") + error.what());
  }
}

}  // namespace

Status RunListening(const py::object& listener, const std::function<Status(Progress*)>& work) {
  Mailbox mailbox;
  Status status;
  std::thread worker([&] {
    status = Guarded(work, &mailbox);
    mailbox.Finish();
  });
  std::exception_ptr raised;
  for (bool finished = false; !finished;) {
    std::vector<Event> events;
    {
      const py::gil_scoped_release unlocked;
      std::tie(events, finished) = mailbox.Collect();
    }
    if (raised) continue;
    try {
      Deliver(events, listener);
    } catch (const std::exception&) {
      raised = std::current_exception();
      mailbox.Cancel();
    }
  }
  worker.join();
  if (raised) std::rethrow_exception(raised);
  return status;
}

bool SignalWatch::IsCancelled() const {
  constexpr std::chrono::milliseconds kStride(100);
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kStride) return false;
  last_ = now;
  const py::gil_scoped_acquire locked;
  return PyErr_Occurred() != nullptr || PyErr_CheckSignals() != 0;
}

}  // namespace dc::python
