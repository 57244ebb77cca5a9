// The extension module: the library's public headers, handed to the Python files that make a
// package of them.
#include <pybind11/pybind11.h>

#include "core/bindings.h"
#include "dc/report.h"

PYBIND11_MODULE(_core, module) {
  module.doc() = "The library, as the Python package uses it. No interface of its own.";
  module.def("version", &dc::Version);
  dc::python::BindFiles(&module);
  dc::python::BindData(&module);
  dc::python::BindNetwork(&module);
  dc::python::BindWeights(&module);
  dc::python::BindStages(&module);
  dc::python::BindCompress(&module);
  dc::python::BindSession(&module);
}
