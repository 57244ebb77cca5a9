// ONNX files in and out.
#ifndef DC_ONNX_H_
#define DC_ONNX_H_

#include <cstdint>
#include <span>
#include <string>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// Reads a model: binary ONNX, or ONNX's text syntax where `path` ends in ".onnxtxt". Checks it with
// ONNX's own checker and rejects what the graph cannot hold (subgraphs, external data, sequence or
// string tensors, NaN or infinite weights) in words that name the node or tensor. Operators that
// the toolchain does not execute are kept as they are. Initializers that are also listed as graph
// inputs (IR version 3) stop being inputs. In text models, values that are declared with a shape
// but that nothing produces become `uninitialized`.
StatusOr<Graph> LoadModel(const std::string& path);

// The same, from a binary model or from text held in memory; `name` stands for the file in errors.
StatusOr<Graph> ParseModel(std::span<const uint8_t> bytes, const std::string& name);
StatusOr<Graph> ParseModelText(const std::string& text, const std::string& name);

// Writes `graph` as binary ONNX, atomically. Precondition: uninitialized is empty. The result
// passes ONNX's checker.
Status SaveModel(const Graph& graph, const std::string& path);

}  // namespace dc

#endif  // DC_ONNX_H_
