#include "core/errors.h"

#include "dc/printable.h"

namespace dc::python {
namespace {

namespace py = pybind11;

const char* ClassOf(StatusCode code) {
  switch (code) {
    case StatusCode::kGoalNotMet:
      return "GoalNotMet";
    case StatusCode::kUsage:
      return "UsageError";
    case StatusCode::kBadInput:
      return "BadInput";
    case StatusCode::kUnsupported:
      return "Unsupported";
    case StatusCode::kIo:
      return "IoError";
    case StatusCode::kNoMemory:
      return "NoMemory";
    case StatusCode::kCancelled:
      return "Cancelled";
    case StatusCode::kOk:
    case StatusCode::kInternal:
      break;
  }
  return "InternalError";
}

}  // namespace

py::object ExceptionOf(const Status& status) {
  const py::object type =
      py::module_::import("deep_compression.errors").attr(ClassOf(status.code()));
  return type(ValidUtf8(status.what()), ValidUtf8(status.where()), ValidUtf8(status.advice()));
}

void RaiseIfError(const Status& status) {
  if (status.ok()) return;
  const py::object exception = ExceptionOf(status);
  PyErr_SetObject(py::type::of(exception).ptr(), exception.ptr());
  throw py::error_already_set();
}

}  // namespace dc::python
