#include "op/recurrent.h"

namespace dc::op {
namespace {

constexpr int64_t kGates = 4;  // input, output, forget, cell

constexpr AttributeSpec kAttributes[] = {Word("direction", kDirections, 0), Int("layout", 0),
                                         RequiredInt("hidden_size", 0)};
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {{.name = "input_forget", .fixed = true}};

}  // namespace

const Operator kLstm = {.name = "LSTM",
                        .id = Id::kLstm,
                        .opset = 7,
                        .inputs = DC_NOT_FOR_SIZE(std::span(kRecurrentInputs).first(8)),
                        .min_inputs = 3,
                        .max_inputs = 8,
                        .attributes = kAttributes,
                        .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
                        .traits = kRemembers,
                        .infer = InferRecurrent<kGates>,
                        .output_axis = RecurrentOutputAxis};

}  // namespace dc::op
