// A small network as the writer takes it: the base of the format's tests.
#ifndef DC_TESTS_UNIT_FORMAT_SAMPLE_MANIFEST_H_
#define DC_TESTS_UNIT_FORMAT_SAMPLE_MANIFEST_H_

#include <vector>

#include "format/manifest.h"
#include "format/writer.h"

namespace dc::format {

struct Sample {
  Manifest manifest;
  std::vector<TensorBytes> tensors;
};

// Gemm(4x3 table, bias) -> Relu -> MatMul(4x2 ternary) -> Add(plain f16). Streams hold made-up
// bytes: the container does not look into them.
inline Sample MakeSample() {
  Sample sample;
  Manifest& m = sample.manifest;
  m.inputs = {{"", {-1, 3}}};
  TensorEntry table;
  table.shape = {4, 3};
  table.form = Form::kTable;
  table.codebook_entries = 4;
  table.zero_first = true;
  TensorEntry bias;
  bias.shape = {4};
  TensorEntry ternary;
  ternary.shape = {4, 2};
  ternary.form = Form::kTernary;
  ternary.codebook_entries = 3;
  ternary.codebook_type = CodebookType::kFloat16;
  ternary.zero_first = true;
  TensorEntry half;
  half.shape = {2};
  half.form = Form::kFloat16;
  m.tensors = {table, bias, ternary, half};
  Node gemm;
  gemm.op = Op::kGemm;
  gemm.inputs = {0, 1, 2};
  gemm.ints = {1, 0};
  gemm.floats = {1.0f, 1.0f};
  Node relu;
  relu.op = Op::kRelu;
  relu.inputs = {5};
  Node matmul;
  matmul.op = Op::kMatMul;
  matmul.inputs = {6, 3};
  Node add;
  add.op = Op::kAdd;
  add.inputs = {7, 4};
  m.nodes = {gemm, relu, matmul, add};
  m.outputs = {{"", 8, {-1, 2}}};
  m.baseline_bytes = 104;
  m.scaling.mean = {0.5f};

  sample.tensors.resize(4);
  sample.tensors[0].codebook.assign(12, 0x3F);
  sample.tensors[0].codes = {1, 2, 3, 4, 5};
  sample.tensors[0].gaps = {6, 7};
  sample.tensors[1].values.assign(16, 0x3E);
  sample.tensors[2].codebook = {0x00, 0x3C};
  sample.tensors[2].codes = {8, 9, 10};
  sample.tensors[3].values = {0x00, 0x3C, 0x00, 0xC0};
  return sample;
}

}  // namespace dc::format

#endif  // DC_TESTS_UNIT_FORMAT_SAMPLE_MANIFEST_H_
