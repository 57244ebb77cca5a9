// Weights and codebooks as arrays.
#include "dc/weights.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bindings.h"
#include "core/errors.h"
#include "core/network.h"
#include "dc/quantized_weight.h"

namespace dc::python {
namespace {

namespace py = pybind11;

// A copy of `values` in `shape`.
template <typename T>
py::array_t<T> ArrayOf(const std::vector<int64_t>& shape, std::span<const T> values) {
  py::array_t<T> array(std::vector<py::ssize_t>(shape.begin(), shape.end()));
  std::copy(values.begin(), values.end(), array.mutable_data());
  return array;
}

template <typename T>
py::array_t<T> ListOf(const std::vector<T>& values) {
  return ArrayOf<T>({static_cast<int64_t>(values.size())}, values);
}

py::dict QuantizedOf(const QuantizedWeight& weight) {
  py::dict entry;
  entry["codes"] = ArrayOf<uint16_t>(weight.shape, weight.codes);
  entry["codebook"] = ListOf(weight.codebook);
  entry["policy"] = weight.policy;
  entry["bits"] = weight.bits;
  entry["scales"] = weight.scales.empty() ? py::object(py::none()) : ListOf(weight.scales);
  entry["scale_axis"] = weight.scale_axis;
  return entry;
}

// Every weight in the order of the nodes: name, kind, output_axis, values, and where it is
// quantized also codes, codebook, policy, bits, scales (None: no scales), scale_axis.
py::list WeightsOf(const Network& network) {
  py::list result;
  for (const WeightRef& ref : ListWeights(network.graph)) {
    py::dict entry;
    if (ref.quantized) {
      const QuantizedWeight weight = ValueOrRaise(GetQuantizedWeight(network.graph, ref.name));
      entry = QuantizedOf(weight);
      entry["values"] = ArrayOf<float>(ref.shape, weight.Values());
    } else {
      entry["values"] = ArrayOf<float>(ref.shape, network.graph.Constant(ref.name)->f32());
    }
    entry["name"] = ref.name;
    entry["kind"] = ref.kind == LayerKind::kConv ? "conv" : "fc";
    entry["output_axis"] = ref.output_axis;
    result.append(entry);
  }
  return result;
}

// Float initializers by name, those of quantized weights among them.
py::dict ConstantsOf(const Network& network) {
  py::dict result;
  for (const auto& [name, tensor] : network.graph.initializers) {
    if (tensor.type != DataType::kFloat32) continue;
    result[py::str(name)] = ArrayOf<float>(tensor.shape, tensor.f32());
  }
  return result;
}

using Codes = py::array_t<uint16_t, py::array::c_style>;
using Floats = py::array_t<float, py::array::c_style>;

// The network whose weight `name` has this codebook.
std::shared_ptr<Network> WithQuantized(const Network& network, const std::string& name,
                                       const Codes& codes, const Floats& codebook,
                                       const Floats& scales, size_t scale_axis,
                                       const std::string& policy, int bits) {
  QuantizedWeight weight;
  weight.shape.assign(codes.shape(), codes.shape() + codes.ndim());
  weight.codes.assign(codes.data(), codes.data() + codes.size());
  weight.codebook.assign(codebook.data(), codebook.data() + codebook.size());
  weight.scales.assign(scales.data(), scales.data() + scales.size());
  weight.scale_axis = scale_axis;
  weight.policy = policy;
  weight.bits = bits;
  for (const uint16_t code : weight.codes) {
    if (code < weight.codebook.size()) continue;
    RaiseIfError(BadInput("a code outside of the codebook", name, "give codes below its length"));
  }
  SortCodebook(&weight);
  Graph graph = network.graph;
  RaiseIfError(SetQuantizedWeight(&graph, name, weight));
  return NewNetwork(std::move(graph));
}

}  // namespace

void BindWeights(py::module_* module) {
  module->def("weights", &WeightsOf, py::arg("network"));
  module->def("constants", &ConstantsOf, py::arg("network"));
  module->def("with_quantized", &WithQuantized, py::arg("network"), py::arg("name"),
              py::arg("codes"), py::arg("codebook"), py::arg("scales"), py::arg("scale_axis"),
              py::arg("policy"), py::arg("bits"));
}

}  // namespace dc::python
