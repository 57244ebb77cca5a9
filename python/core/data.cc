// Labelled samples.
#include "core/data.h"

#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "core/bindings.h"
#include "core/work.h"
#include "dc/data.h"

namespace dc::python {
namespace {

namespace py = pybind11;

std::shared_ptr<Data> Open(const std::string& spec, const std::string& name) {
  Dataset dataset = ValueOrRaise([&] {
    const py::gil_scoped_release unlocked;
    return OpenDataset(spec);
  }());
  if (!name.empty()) dataset.name = name;
  return std::make_shared<Data>(Data{std::move(dataset)});
}

}  // namespace

void BindData(py::module_* module) {
  py::class_<Data, std::shared_ptr<Data>>(*module, "Data")
      .def_property_readonly("name", [](const Data& data) { return data.dataset.name; })
      .def_property_readonly("classes", [](const Data& data) { return data.dataset.classes; })
      .def_property_readonly("train_count",
                             [](const Data& data) { return data.dataset.train.count; })
      .def_property_readonly("test_count",
                             [](const Data& data) { return data.dataset.test.count; });
  // `name` stands for the data in reports; "": the spec.
  module->def("open_data", &Open, py::arg("spec"), py::arg("name"));
}

}  // namespace dc::python
