// Long work, and Python meanwhile.
#ifndef DC_PYTHON_CORE_WORK_H_
#define DC_PYTHON_CORE_WORK_H_

#include <pybind11/pybind11.h>

#include <chrono>
#include <functional>
#include <type_traits>
#include <utility>

#include "core/errors.h"
#include "dc/progress.h"
#include "dc/status.h"

namespace dc::python {

// Runs `work` on a thread of its own, without Python's lock. The calling thread meanwhile hands
// what it reports to `listener`, a callable (kind, name, done, total, text) or None, and looks for
// signals, twenty times a second. Ctrl-C, or an exception of the listener, cancels the work; the
// exception is raised when the work has ended. Returns the work's own error otherwise.
Status RunListening(const pybind11::object& listener, const std::function<Status(Progress*)>& work);

// The same for work that returns a StatusOr; raises its error.
template <typename Work>
auto RunWork(const pybind11::object& listener, const Work& work) {
  std::invoke_result_t<Work, Progress*> result = Internal("the work did not run");
  RaiseIfError(RunListening(listener, [&](Progress* progress) {
    result = work(progress);
    return result.status();
  }));
  return std::move(result).value();
}

// For short work on the calling thread, which is without Python's lock: says to stop when Python
// has had a signal for it (Ctrl-C). The exception of its handler (KeyboardInterrupt) is then set,
// and the caller throws it as pybind11::error_already_set.
class SignalWatch : public PartProgress {
 public:
  SignalWatch() : PartProgress(nullptr) {}
  bool IsCancelled() const override;

 private:
  // Python's lock is asked for ten times a second at most: other threads have it.
  mutable std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace dc::python

#endif  // DC_PYTHON_CORE_WORK_H_
