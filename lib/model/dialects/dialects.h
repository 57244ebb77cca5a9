// How quantized networks are written in ONNX: by several operators, in several dialects. In a
// canonical graph a quantizer of values is one node (UniformQuantize, BinaryQuantize) and a
// quantized weight has one form (dc/quantized_weight.h).
#ifndef DC_MODEL_DIALECTS_DIALECTS_H_
#define DC_MODEL_DIALECTS_DIALECTS_H_

#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "model/dialects/quantized_constant.h"

namespace dc {

// On import: what the dialects below say, and our own files, becomes canonical.
//  - QDQ and QCDQ: QuantizeLinear, perhaps a Clip, DequantizeLinear (ReadQdq);
//  - integer operators: QLinearConv, MatMulInteger, DynamicQuantizeLinear, com.microsoft's QLinear*
//    (ReadIntegers), and its MatMulNBits (ReadMatMulNBits);
//  - QONNX: Quant, BipolarQuant, FloatQuant (ReadQonnx), Trunc, MultiThreshold and others
//    (ReadQonnxFunctions), operators whose channels come last (ReadChannelsLast);
//  - a choice by sign, Where(GreaterOrEqual(x, 0), s, -s), and arithmetic, both as we write them
//    (ReadSignChoices, ReadArithmetic).
// An error, with all nodes that are to blame, where one of these operators says what cannot be
// (BadInput) or what is not covered (Unsupported). Other operators stay as they are.
Status ReadDialects(Graph* graph);

// Why nodes cannot be read.
class Reasons {
 public:
  void Add(const Node& node, const Status& status);
  // All of them as one; ok where there are none.
  Status Joined() const;

 private:
  std::vector<Status> reasons_;
};

// The steps. Constants that nodes quantize go into `constants`, and the nodes that wrote them.
// First, scales and the like that follow from constants become constants.
void FoldScales(Graph* graph);
void ReadChannelsLast(Graph* graph, Reasons* reasons);
void ReadQdq(Graph* graph, QuantizedConstants* constants, Reasons* reasons);
void ReadQonnx(Graph* graph, QuantizedConstants* constants, Reasons* reasons);
void ReadQonnxFunctions(Graph* graph, QuantizedConstants* constants, Reasons* reasons);
void ReadMatMulNBits(Graph* graph, QuantizedConstants* constants, Reasons* reasons);
void ReadIntegers(Graph* graph, QuantizedConstants* constants, Reasons* reasons);
void ReadArithmetic(Graph* graph);
void ReadSignChoices(Graph* graph);

// How training treats the quantizers, from the metadata to the nodes and back
// (model/quantizer_training.h). BadInput for metadata that says what cannot be.
Status ReadQuantizerTraining(Graph* graph);
void WriteQuantizerTraining(Graph* graph);

// Before export in another dialect: what a .dcz multiplies by after a layer of quantized weights
// becomes the weights' scales per channel.
void FoldLayerScales(Graph* graph);

// Before export: scales of quantizers that a .dcz has as codes and a codebook are constants, as
// every dialect has them.
void DequantizeScales(Graph* graph);

// On export: canonical quantizers of values become standard operators, so that every runtime
// executes them: QuantizeLinear, Clip, DequantizeLinear where the grid fits 8 bits and is rounded
// half to even, else arithmetic; a choice by sign. Quantizers of gradients, which do nothing at
// inference, become Identities.
void SpellQuantizers(Graph* graph);

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_DIALECTS_H_
