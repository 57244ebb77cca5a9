// Files, and what a .dcz is made of.
#include "dc/files.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>

#include "core/bindings.h"
#include "core/work.h"
#include "dc/inspect.h"
#include "dc/printable.h"
#include "dc/report.h"

namespace dc::python {
namespace {

namespace py = pybind11;

py::bytes Read(const std::string& path) {
  const std::vector<uint8_t> bytes = ValueOrRaise([&] {
    const py::gil_scoped_release unlocked;
    return ReadFile(path);
  }());
  return py::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void Write(const std::string& path, const py::bytes& bytes) {
  const std::span<const uint8_t> view = BytesOf(bytes);
  RaiseIfError([&] {
    const py::gil_scoped_release unlocked;
    return WriteFileAtomic(path, view);
  }());
}

std::string Inspect(const py::bytes& file, const std::string& name, bool hex, bool all) {
  InspectOptions options;
  options.hex = hex;
  options.all = all;
  std::string text;
  const std::span<const uint8_t> bytes = BytesOf(file);
  const Status status = [&] {
    const py::gil_scoped_release unlocked;
    return InspectFile(bytes, options, [&](const std::string& lines) { text += lines; });
  }();
  if (!status.ok()) {
    // What could be understood of a damaged file goes with the error.
    const py::object exception = ExceptionOf(status.At(name));
    exception.attr("text") = ValidUtf8(text);
    PyErr_SetObject(py::type::of(exception).ptr(), exception.ptr());
    throw py::error_already_set();
  }
  return ValidUtf8(text);
}

py::tuple ReportOf(const py::bytes& file, const std::string& name) {
  const std::span<const uint8_t> bytes = BytesOf(file);
  StatusOr<Report> report = [&] {
    const py::gil_scoped_release unlocked;
    return ReportFile(bytes);
  }();
  if (!report.ok()) RaiseIfError(report.status().At(name));
  report->model = name;
  return ReportTexts(*report);
}

}  // namespace

py::tuple ReportTexts(const Report& report) {
  return py::make_tuple(ValueOrRaise(ReportJson(report)), ValidUtf8(ReportText(report)));
}

void BindFiles(py::module_* module) {
  module->def("read_file", &Read, py::arg("path"));
  module->def("write_file", &Write, py::arg("path"), py::arg("data"));
  module->def("inspect", &Inspect, py::arg("file"), py::arg("name"), py::arg("hex"),
              py::arg("all"));
  module->def("report", &ReportOf, py::arg("file"), py::arg("name"));
}

}  // namespace dc::python
