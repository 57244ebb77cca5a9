// The runtime.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/evaluate_dcz.h"
#include "common/run_samples.h"
#include "core/bindings.h"
#include "core/data.h"
#include "core/work.h"
#include "dc/runtime.h"

namespace dc::python {
namespace {

namespace py = pybind11;

using Floats = py::array_t<float, py::array::c_style>;

std::unique_ptr<Session> Load(const py::bytes& file, const std::string& name, int threads,
                              uint64_t memory_limit, bool reference,
                              std::optional<bool> int8_activations) {
  SessionOptions options;
  options.threads = threads;
  options.memory_limit = memory_limit;
  options.reference_kernels = reference;
  options.int8_activations = int8_activations;
  std::vector<Status> reasons;
  options.reasons = &reasons;
  const std::span<const uint8_t> bytes = BytesOf(file);
  StatusOr<Session> session = [&] {
    const py::gil_scoped_release unlocked;
    return Session::Load(bytes, options);
  }();
  if (!session.ok()) {
    RaiseIfError((reasons.empty() ? session.status() : JoinReasons(reasons)).At(name));
  }
  return std::make_unique<Session>(std::move(*session));
}

// One array of each input, in order, read where it lies; `wheres` name them in errors. Outputs are
// new arrays. Those that are not wanted are None.
py::list Run(const Session& session, const std::vector<Floats>& inputs,
             const std::vector<std::string>& wheres, const std::vector<bool>& wanted,
             int64_t batch) {
  std::vector<std::vector<int64_t>> shapes;
  std::vector<std::span<const float>> in;
  for (const Floats& array : inputs) {
    shapes.emplace_back(array.shape(), array.shape() + array.ndim());
    in.emplace_back(array.data(), static_cast<size_t>(array.size()));
  }
  const int64_t count = ValueOrRaise(CountSamples(session, wheres, &shapes));
  py::list results;
  std::vector<std::span<float>> out;
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    if (!wanted[i]) {
      results.append(py::none());
      out.emplace_back();
      continue;
    }
    Floats array(ShapeFor(session.outputs()[i].shape, count));
    out.emplace_back(array.mutable_data(), static_cast<size_t>(array.size()));
    results.append(std::move(array));
  }
  const Status status = [&] {
    const py::gil_scoped_release unlocked;
    const SignalWatch watch;
    return RunSamples(session, count, batch, in, out, &watch);
  }();
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  RaiseIfError(status);
  return results;
}

// Samples, error in percent, top-5 error of labels and mean squared error of targets, median
// microseconds per sample (0 where too few ran).
py::tuple Evaluate(Session* session, const Data& data, int64_t batch, const std::string& logits,
                   const py::object& listener) {
  SessionEvaluation options;
  options.batch = batch;
  options.logits = logits;
  Latency latency;
  const EvalResult result = RunWork(listener, [&](Progress* progress) {
    return EvaluateSession(session, data.dataset, options, &latency, progress);
  });
  return py::make_tuple(result.count, result.error_percent, result.known_top5(),
                        result.mean_squared_error(), latency.microseconds_per_image);
}

template <typename Value>
py::list ValuesOf(const std::vector<Value>& values) {
  py::list result;
  for (const Value& value : values) {
    result.append(py::make_tuple(value.name, value.shape, value.type));
  }
  return result;
}

py::list PlanOf(const Session& session) {
  py::list result;
  for (const LayerPlan& layer : session.plan()) {
    result.append(py::make_tuple(layer.name, layer.op, layer.form, layer.kernel, layer.reason,
                                 layer.weights, layer.survivors, layer.resident_bytes));
  }
  return result;
}

}  // namespace

void BindSession(py::module_* module) {
  py::class_<Session>(*module, "Session")
      .def_property_readonly("inputs", [](const Session& s) { return ValuesOf(s.inputs()); })
      .def_property_readonly("outputs", [](const Session& s) { return ValuesOf(s.outputs()); })
      .def_property_readonly("plan", &PlanOf)
      .def("run", &Run, py::arg("inputs"), py::arg("wheres"), py::arg("wanted"), py::arg("batch"))
      .def("evaluate", &Evaluate, py::arg("data"), py::arg("batch"), py::arg("logits"),
           py::arg("listener"));
  module->def("load", &Load, py::arg("file"), py::arg("name"), py::arg("threads"),
              py::arg("memory_limit"), py::arg("reference"), py::arg("int8_activations"));
}

}  // namespace dc::python
