// ONNX networks in and out.
#include "core/network.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/bindings.h"
#include "core/work.h"
#include "dc/decode.h"
#include "dc/dialect.h"
#include "dc/onnx.h"
#include "dc/preprocess.h"
#include "dc/quantized_weight.h"

namespace dc::python {
namespace {

namespace py = pybind11;

using NetworkPointer = std::shared_ptr<Network>;

NetworkPointer Load(const std::string& path, const std::vector<std::string>& shapes) {
  return NewNetwork(ValueOrRaise([&]() -> StatusOr<Graph> {
    const py::gil_scoped_release unlocked;
    DC_ASSIGN_OR_RETURN(const InputShapes fixed, ParseInputShapes(shapes));
    return LoadModel(path, fixed);
  }()));
}

NetworkPointer Parse(const py::bytes& model, const std::string& name,
                     const std::vector<std::string>& shapes) {
  const std::span<const uint8_t> bytes = BytesOf(model);
  return NewNetwork(ValueOrRaise([&]() -> StatusOr<Graph> {
    const py::gil_scoped_release unlocked;
    DC_ASSIGN_OR_RETURN(const InputShapes fixed, ParseInputShapes(shapes));
    return ParseModel(bytes, name, fixed);
  }()));
}

// As dc-decode does.
NetworkPointer Decode(const py::bytes& file, const std::string& name, const std::string& dialect,
                      bool floats) {
  const std::span<const uint8_t> bytes = BytesOf(file);
  return NewNetwork(ValueOrRaise([&]() -> StatusOr<Graph> {
    const py::gil_scoped_release unlocked;
    DC_ASSIGN_OR_RETURN(const Dialect words, ParseDialect(dialect));
    if (floats && words != Dialect::kGather) {
      return UsageError("floats leave no weights to write in a dialect", "dialect",
                        "give one of the two");
    }
    StatusOr<Graph> graph = DecodeModel(bytes);
    if (!graph.ok()) return graph.status().At(name);
    DC_RETURN_IF_ERROR(WriteDialect(words, &*graph));
    if (floats) DC_RETURN_IF_ERROR(DequantizeAll(&*graph));
    return graph;
  }()));
}

void Save(const Network& network, const std::string& path) {
  RaiseIfError([&] {
    const py::gil_scoped_release unlocked;
    return SaveModel(network.graph, path);
  }());
}

// The same network whose input is scaled as is said; what is not said stays.
NetworkPointer WithInput(const Network& network, std::optional<float> scale,
                         const std::vector<float>& mean, const std::vector<float>& deviation,
                         std::optional<bool> channels_last, std::optional<bool> reverse_channels) {
  Graph graph = network.graph;
  Preprocess input = ValueOrRaise(PreprocessFromMetadata(graph.metadata));
  if (scale) input.scale = scale;
  if (!mean.empty()) input.mean = mean;
  if (!deviation.empty()) input.deviation = deviation;
  if (channels_last) input.channels_last = channels_last;
  if (reverse_channels) input.reverse_channels = *reverse_channels;
  PreprocessToMetadata(input, &graph.metadata);
  RaiseIfError(PreprocessFromMetadata(graph.metadata).status());
  return NewNetwork(std::move(graph));
}

NetworkPointer WithMetadata(const Network& network,
                            const std::map<std::string, std::string>& entries) {
  Graph graph = network.graph;
  for (const auto& [key, value] : entries) graph.metadata[key] = value;
  return NewNetwork(std::move(graph));
}

py::list ValuesOf(const std::vector<ValueInfo>& values) {
  py::list result;
  for (const ValueInfo& value : values) {
    result.append(py::make_tuple(value.name, value.shape, NameOf(value.type)));
  }
  return result;
}

}  // namespace

void BindNetwork(py::module_* module) {
  py::class_<Network, NetworkPointer>(*module, "Network")
      .def_property_readonly("name", [](const Network& n) { return n.graph.name; })
      .def_property_readonly("metadata", [](const Network& n) { return n.graph.metadata; })
      .def_property_readonly("notes", [](const Network& n) { return n.graph.notes; })
      .def_property_readonly("inputs", [](const Network& n) { return ValuesOf(n.graph.inputs); })
      .def_property_readonly("outputs", [](const Network& n) { return ValuesOf(n.graph.outputs); })
      .def_property_readonly("float32_bytes",
                             [](const Network& n) { return n.graph.Float32Bytes(); })
      .def_property_readonly("operators",
                             [](const Network& n) {
                               std::set<std::string> names;
                               for (const Node& node : n.graph.nodes) names.insert(node.op);
                               return names;
                             })
      .def_property_readonly("is_initialized",
                             [](const Network& n) { return n.graph.uninitialized.empty(); })
      .def("save", &Save, py::arg("path"))
      .def("with_input", &WithInput, py::arg("scale"), py::arg("mean"), py::arg("deviation"),
           py::arg("channels_last"), py::arg("reverse_channels"))
      .def("with_metadata", &WithMetadata, py::arg("entries"));
  module->def("load_network", &Load, py::arg("path"), py::arg("shapes"));
  module->def("parse_network", &Parse, py::arg("model"), py::arg("name"), py::arg("shapes"));
  module->def("decode", &Decode, py::arg("file"), py::arg("name"), py::arg("dialect"),
              py::arg("floats"));
}

}  // namespace dc::python
