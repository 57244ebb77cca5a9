// XNOR-Net: weights as BWN, and the sign of every activation. Blocks are in the order batch
// normalization, sign, convolution, pool: a model with Relu after its batch normalization has the
// sign there. The map K of the paper, which the released model leaves out, is an option: every
// output of a layer is multiplied by the mean magnitude of what it has read.
#include <algorithm>

#include "model/node_attributes.h"
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

// The node that reads the weight `name`.
size_t FindLayer(const Graph& graph, const std::string& name) {
  return graph.Consumers(name).front();
}

// Multiplies what each quantized layer writes by K: the mean of |x| over the channels of its input,
// before the sign, and over its window (equation 11).
Status PlaceMaps(const MethodContext& context, Graph* graph) {
  for (const WeightRef& ref : QuantizedLayers(context)) {
    const Node layer = graph->nodes[FindLayer(*graph, ref.name)];
    const Node* sign = graph->Producer(layer.inputs[ref.input == 0 ? 1 : 0]);
    if (sign == nullptr || OperatorOf(*sign) != &op::kBinaryQuantize) continue;  // float inputs
    const bool convolves = ref.kind == LayerKind::kConv;
    if (!convolves && !(ref.is_one_matrix() && ref.shape.size() == 2))
      continue;  // several matrices
    const std::vector<int64_t> dilations = layer.Ints("dilations", {});
    if (std::any_of(dilations.begin(), dilations.end(), [](int64_t d) { return d != 1; })) {
      return Unsupported("the map K of a dilated convolution", "weight " + ref.name,
                         "leave k-map out");
    }
    const std::string axes = graph->FreshName(ref.name + "_k_axes");
    graph->initializers[axes] = Tensor::I64(std::vector<int64_t>{1});
    const int64_t channels =
        convolves ? ref.shape[1] * layer.Int("group", 1) : ref.shape[1 - ref.output_axis];
    const float part = 1.0f / static_cast<float>(channels);
    const std::string share = graph->FreshName(ref.name + "_k_share");
    graph->initializers[share] = Tensor::F32({}, {&part, 1});
    std::vector<Node> nodes;
    const auto add = [&](const op::Operator& record, std::vector<std::string> inputs,
                         std::map<std::string, AttributeValue> attributes) {
      const std::string output = graph->FreshName(ref.name + "_k" + std::to_string(nodes.size()));
      nodes.push_back({output,
                       std::string(record.name),
                       "",
                       std::move(inputs),
                       {output},
                       std::move(attributes)});
      return output;
    };
    std::string map = add(op::kAbs, {sign->Input(0)}, {});
    // Not ReduceMean, whose axes are an attribute in older files.
    map = add(op::kReduceSum, {map, axes}, {{"keepdims", int64_t{1}}});
    map = add(op::kMul, {map, share}, {});
    if (convolves) {
      std::map<std::string, AttributeValue> window = {{"count_include_pad", int64_t{1}}};
      const std::vector<int64_t> kernel(ref.shape.begin() + 2, ref.shape.end());
      window["kernel_shape"] = kernel;
      for (const char* name : {"strides", "pads"}) {
        if (layer.attributes.count(name)) window[name] = layer.attributes.at(name);
      }
      map = add(op::kAveragePool, {map}, std::move(window));
    }
    const std::string scaled = add(op::kMul, {layer.outputs[0], map}, {});
    for (Node& node : graph->nodes) {
      std::replace(node.inputs.begin(), node.inputs.end(), layer.outputs[0], scaled);
    }
    graph->nodes.insert(
        graph->nodes.begin() + static_cast<std::ptrdiff_t>(FindLayer(*graph, ref.name)) + 1,
        nodes.begin(), nodes.end());
  }
  return OkStatus();
}

StatusOr<MethodPlan> PlanXnorNet(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 1, 1, false));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", context->bits.activations, 1, 1, true));
  QuantizeWeightsAsXnor(*context, &plan);
  if (context->bits.activations == 1) {
    QuantizeActivations(context, /*replaces=*/true,
                        [](const ActivationSite&) { return SignOfValue(); });
  }
  DC_ASSIGN_OR_RETURN(const bool maps, YesOrNo(*context, "k-map"));
  if (maps) DC_RETURN_IF_ERROR(PlaceMaps(*context, context->graph));
  return plan;
}

}  // namespace

const Method* XnorNetMethod() {
  static const FunctionMethod method(
      {.name = "xnor-net",
       .paper = "Rastegari et al. 2016, arXiv 1603.05279",
       .summary = "binary weights with a scale per output, binary activations",
       .bits = "w=1,a=1",
       .skip = "first,last",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {{"k-map", "no", "scale outputs by the magnitudes of their inputs"}}},
      PlanXnorNet);
  return &method;
}

}  // namespace dc
