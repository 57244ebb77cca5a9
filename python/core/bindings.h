// What module.cc puts together.
#ifndef DC_PYTHON_CORE_BINDINGS_H_
#define DC_PYTHON_CORE_BINDINGS_H_

#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dc/report.h"

namespace dc::python {

void BindData(pybind11::module_* module);
void BindNetwork(pybind11::module_* module);
void BindStages(pybind11::module_* module);
void BindWeights(pybind11::module_* module);
void BindCompress(pybind11::module_* module);
void BindSession(pybind11::module_* module);
void BindFiles(pybind11::module_* module);

// The bytes of a Python object. It must stay alive and unchanged.
inline std::span<const uint8_t> BytesOf(const pybind11::bytes& bytes) {
  const std::string_view view(bytes);
  return {reinterpret_cast<const uint8_t*>(view.data()), view.size()};
}

// A report as Python reads it: its JSON and its text.
pybind11::tuple ReportTexts(const Report& report);

}  // namespace dc::python

#endif  // DC_PYTHON_CORE_BINDINGS_H_
