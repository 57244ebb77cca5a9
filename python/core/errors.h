// Errors of the library as Python exceptions.
#ifndef DC_PYTHON_CORE_ERRORS_H_
#define DC_PYTHON_CORE_ERRORS_H_

#include <pybind11/pybind11.h>

#include <utility>

#include "dc/status.h"

namespace dc::python {

// An instance of the class of deep_compression.errors that stands for the kind of `status`.
pybind11::object ExceptionOf(const Status& status);

// Raises it unless `status` is ok.
void RaiseIfError(const Status& status);

// The value, or its error raised.
template <typename T>
T ValueOrRaise(StatusOr<T> result) {
  RaiseIfError(result.status());
  return std::move(result).value();
}

}  // namespace dc::python

#endif  // DC_PYTHON_CORE_ERRORS_H_
