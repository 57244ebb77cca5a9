#include "train/build/kernel_registry.h"

#include <map>
#include <new>
#include <string>
#include <string_view>

namespace dc::train {

StatusOr<std::unique_ptr<OperatorKernel>> MakeAlongAxis(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeBatchNorm(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeBinary(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeConcat(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeConv(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeConvTranspose(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeDropout(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeEltwise(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeGather(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeGemm(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeLrn(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeMove(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeNormalization(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakePool(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeQuantize(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeQuantizeGradient(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeReduce(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeReshape(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeResize(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeSoftmax(NodeBuilder* builder);
StatusOr<std::unique_ptr<OperatorKernel>> MakeUnary(NodeBuilder* builder);

namespace {

const std::map<std::string_view, KernelFactory>& Factories() {
  static const std::map<std::string_view, KernelFactory> factories = {
      {"Add", MakeBinary},
      {"And", MakeBinary},
      {"ArgMax", MakeReduce},
      {"AveragePool", MakePool},
      {"BatchNormalization", MakeBatchNorm},
      {"Clip", MakeEltwise},
      {"Concat", MakeConcat},
      {"Conv", MakeConv},
      {"ConvTranspose", MakeConvTranspose},
      {"BinaryQuantize", MakeQuantize},
      {"CumSum", MakeAlongAxis},
      {"DepthToSpace", MakeMove},
      {"Div", MakeBinary},
      {"Dropout", MakeDropout},
      {"Elu", MakeEltwise},
      {"Equal", MakeBinary},
      {"Expand", MakeMove},
      {"Flatten", MakeReshape},
      {"Gather", MakeGather},
      {"Gemm", MakeGemm},
      {"GlobalAveragePool", MakePool},
      {"GlobalLpPool", MakePool},
      {"GlobalMaxPool", MakePool},
      {"Greater", MakeBinary},
      {"GreaterOrEqual", MakeBinary},
      {"GroupNormalization", MakeNormalization},
      {"HardSwish", MakeEltwise},
      {"Hardmax", MakeAlongAxis},
      {"Identity", MakeReshape},
      {"InstanceNormalization", MakeNormalization},
      {"LRN", MakeLrn},
      {"LayerNormalization", MakeNormalization},
      {"LeakyRelu", MakeEltwise},
      {"LogSoftmax", MakeSoftmax},
      {"LpNormalization", MakeAlongAxis},
      {"LpPool", MakePool},
      {"MatMul", MakeGemm},
      {"Max", MakeBinary},
      {"MaxPool", MakePool},
      {"Min", MakeBinary},
      {"Mod", MakeBinary},
      {"Mul", MakeBinary},
      {"Or", MakeBinary},
      {"PRelu", MakeBinary},
      {"Pad", MakeMove},
      {"Pow", MakeBinary},
      {"QuantizeGradient", MakeQuantizeGradient},
      {"ReduceLogSumExp", MakeReduce},
      {"ReduceMax", MakeReduce},
      {"ReduceMean", MakeReduce},
      {"ReduceMin", MakeReduce},
      {"ReduceProd", MakeReduce},
      {"ReduceSum", MakeReduce},
      {"Relu", MakeEltwise},
      {"Reshape", MakeReshape},
      {"Resize", MakeResize},
      {"Sigmoid", MakeEltwise},
      {"Slice", MakeMove},
      {"Softmax", MakeSoftmax},
      {"SpaceToDepth", MakeMove},
      {"Squeeze", MakeReshape},
      {"Sub", MakeBinary},
      {"Tanh", MakeEltwise},
      {"Tile", MakeMove},
      {"Transpose", MakeMove},
      {"UniformQuantize", MakeQuantize},
      {"Unsqueeze", MakeReshape},
      {"Where", MakeBinary},
#define DC_UNARY(name, opset, traits, specs, cost) {#name, MakeUnary},
#include "op/unary.inc"
  };
  return factories;
}

}  // namespace

bool HasKernel(const op::Operator& record) { return Factories().count(record.name) > 0; }

StatusOr<std::unique_ptr<OperatorKernel>> MakeOperatorKernel(NodeBuilder* builder) {
  const Node& node = builder->node();
  if (node.outputs.empty() || node.outputs[0].empty()) return builder->Invalid("no output");
  try {
    return Factories().at(builder->record().name)(builder);
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_out_of_memory) {
      return builder->NotCovered("not enough memory for a batch of this size",
                                 "use a smaller batch");
    }
    return builder->NotCovered(std::string("oneDNN refuses the node: ") + error.what());
  } catch (const std::bad_alloc&) {
    return builder->NotCovered("not enough memory for a batch of this size", "use a smaller batch");
  }
}

}  // namespace dc::train
