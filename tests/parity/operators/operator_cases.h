// The table that every engine is held to: small models, one row for each operator, attribute value,
// rank, broadcast and spelling.
#ifndef DC_TESTS_PARITY_OPERATORS_OPERATOR_CASES_H_
#define DC_TESTS_PARITY_OPERATORS_OPERATOR_CASES_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "dc/graph.h"

namespace dc {

// An attribute, from a literal.
struct Attribute {
  Attribute(int number) : value(int64_t{number}) {}                                      // NOLINT
  Attribute(double number) : value(static_cast<float>(number)) {}                        // NOLINT
  Attribute(const char* text) : value(std::string(text)) {}                              // NOLINT
  Attribute(std::initializer_list<int64_t> list) : value(std::vector<int64_t>(list)) {}  // NOLINT
  Attribute(std::vector<float> list) : value(std::move(list)) {}                         // NOLINT
  Attribute(Tensor tensor) : value(std::move(tensor)) {}                                 // NOLINT

  AttributeValue value;
};

// A node, of ONNX's own domain unless it says another.
struct CaseNode {
  std::string op;
  std::vector<std::string> inputs;
  std::map<std::string, Attribute> attributes = {};
  std::string output = "y";
  std::vector<std::string> more_outputs = {};
  std::string domain = {};
};

// Random values, so that a row need not spell them.
struct CaseWeight {
  std::string name;
  std::vector<int64_t> shape;
  double mean = 0.0;
};

// What ONNX Runtime 1.20 says of a row.
enum class Judge {
  kAgrees,
  kCanonical,  // refuses the model as it was exported and agrees on its canonical form
  kOverruled,  // refuses it too, or contradicts ONNX, as the row says
};

struct OperatorCase {
  std::string name;
  int64_t opset = 13;
  std::vector<int64_t> sample;  // of the graph's input "x", without the batch
  std::vector<CaseNode> nodes;  // the last one's output is the graph's
  std::vector<CaseWeight> weights = {};
  std::vector<std::pair<std::string, Tensor>> constants = {};

  // What engines do not cover: they must refuse the model as Unsupported.
  bool trained = true;   // the trainer's forward pass
  bool executed = true;  // encoder and runtime
  Judge judge = Judge::kAgrees;
  // On x86 without VNNI ONNX Runtime adds two products of uint8 and int8 in 16 bits, which
  // saturate: there it is no judge of the model as it was exported.
  bool saturates = false;
  int64_t fixed_batch = 0;  // dimension 0 of "x" where the model fixes it
  double tolerance = 1e-5;  // of the largest output
};

// How GoogleTest calls a row.
inline void PrintTo(const OperatorCase& row, std::ostream* out) { *out << row.name; }

// Scalars and lists as constants.
inline Tensor Number(float value) { return Tensor::F32({}, {&value, 1}); }
inline Tensor List(std::initializer_list<int64_t> values) {
  return Tensor::I64(std::vector<int64_t>(values));
}
inline Tensor Flag(bool value) {
  Tensor tensor = Tensor::Zeros(DataType::kBool, {});
  tensor.bytes[0] = value;
  return tensor;
}
inline Tensor Codes(std::vector<int64_t> shape, std::vector<uint8_t> values) {
  return {DataType::kUint8, std::move(shape), std::move(values)};
}
inline Tensor Floats(std::vector<int64_t> shape, std::vector<float> values) {
  return Tensor::F32(std::move(shape), values);
}

// The rows, by family; one file each.
std::vector<OperatorCase> ValueCases();        // one value at a time
std::vector<OperatorCase> FunctionCases();     // functions of one value
std::vector<OperatorCase> ArithmeticCases();   // two operands
std::vector<OperatorCase> PairCases();         // more of two operands, or three
std::vector<OperatorCase> ReductionCases();    // values along axes
std::vector<OperatorCase> ConvolutionCases();  // windows with weights
std::vector<OperatorCase> PoolingCases();      // windows without
std::vector<OperatorCase> MatrixCases();       // matrix products
std::vector<OperatorCase> ChannelCases();      // normalizations over channels or an axis
std::vector<OperatorCase> MoveCases();         // parts, borders, repetitions, resolutions
std::vector<OperatorCase> LayerCases();        // what layers have besides
std::vector<OperatorCase> ShapeCases();        // other shapes and orders of the same values
std::vector<OperatorCase> QuantizerCases();    // values to a grid
std::vector<OperatorCase> IntegerCases();      // integer operators, numbers of few bits
std::vector<OperatorCase> QonnxCases();        // QONNX's dialect
std::vector<OperatorCase> ExportCases();       // what exporters write around a free batch

// All of them.
const std::vector<OperatorCase>& AllCases();

// `row` as an exporter would have written it, its weights drawn from its name.
Graph CaseGraph(const OperatorCase& row);

}  // namespace dc

#endif  // DC_TESTS_PARITY_OPERATORS_OPERATOR_CASES_H_
