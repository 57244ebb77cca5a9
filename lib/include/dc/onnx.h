// ONNX files in and out.
#ifndef DC_ONNX_H_
#define DC_ONNX_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// Shapes for graph inputs, by name; "" stands for the only input.
using InputShapes = std::map<std::string, std::vector<int64_t>>;

// "NAME=1x3x224x224", or without NAME for the only input; "N" is a dimension that stays open.
// UsageError for any other text, or an input that is named twice.
StatusOr<InputShapes> ParseInputShapes(const std::vector<std::string>& texts);

// Reads a model: binary ONNX, or ONNX's text syntax where `path` ends in ".onnxtxt". Checks it with
// ONNX's own checker and rejects what the graph cannot hold (subgraphs, external data, sequence or
// string tensors, NaN or infinite weights) in words that name the node or tensor. Operators that
// the toolchain does not execute are kept as they are. Initializers that are also listed as graph
// inputs (IR version 3) stop being inputs. In text models, values that are declared with a shape
// but that nothing produces become `uninitialized`. Inputs get the dimensions of `shapes`,
// whatever they declare: a UsageError where there is no such input, or the model counts on others.
StatusOr<Graph> LoadModel(const std::string& path, const InputShapes& shapes = {});

// The same, from a binary model or from text held in memory; `name` stands for the file in errors.
StatusOr<Graph> ParseModel(std::span<const uint8_t> bytes, const std::string& name,
                           const InputShapes& shapes = {});
StatusOr<Graph> ParseModelText(const std::string& text, const std::string& name,
                               const InputShapes& shapes = {});

// Writes `graph` as binary ONNX, atomically. Precondition: uninitialized is empty. The result
// passes ONNX's checker.
Status SaveModel(const Graph& graph, const std::string& path);

}  // namespace dc

#endif  // DC_ONNX_H_
