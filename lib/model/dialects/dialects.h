// How quantized networks are written in ONNX: by several operators, in several dialects. In a
// canonical graph a quantizer of values is one node (UniformQuantize, BinaryQuantize) and a
// quantized weight has one form (dc/quantized_weight.h).
#ifndef DC_MODEL_DIALECTS_DIALECTS_H_
#define DC_MODEL_DIALECTS_DIALECTS_H_

#include "dc/graph.h"
#include "dc/status.h"
#include "model/dialects/quantized_constant.h"

namespace dc {

// On import: quantizers of the dialects below, and of our own files, become canonical ones. What
// is no pattern of a dialect stays as it is.
//  - QDQ and QCDQ: QuantizeLinear, perhaps a Clip, DequantizeLinear (ReadQdq);
//  - QONNX: Quant, BipolarQuant (ReadQonnx);
//  - a choice by sign, Where(GreaterOrEqual(x, 0), s, -s), and arithmetic, both as we write them
//    (ReadSignChoices, ReadArithmetic).
void ReadDialects(Graph* graph);

// The steps. Constants that nodes quantize go into `constants`, and the nodes that wrote them.
void ReadQdq(Graph* graph, QuantizedConstants* constants);
void ReadQonnx(Graph* graph, QuantizedConstants* constants);
void ReadArithmetic(Graph* graph);
void ReadSignChoices(Graph* graph);

// How training treats the quantizers, from the metadata to the nodes and back
// (model/quantizer_training.h). BadInput for metadata that says what cannot be.
Status ReadQuantizerTraining(Graph* graph);
void WriteQuantizerTraining(Graph* graph);

// On export: canonical quantizers of values become standard operators, so that every runtime
// executes them: QuantizeLinear, Clip, DequantizeLinear where the grid fits 8 bits and is rounded
// half to even, else arithmetic; a choice by sign. Quantizers of gradients, which do nothing at
// inference, become Identities.
void SpellQuantizers(Graph* graph);

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_DIALECTS_H_
