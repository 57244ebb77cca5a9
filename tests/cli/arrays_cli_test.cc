// dc-run on arrays: several inputs and outputs, open dimensions, whole numbers.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "cli/tool_runner.h"

namespace dc::test {
namespace {

// A .npy file of format version 1.
template <typename T>
std::string Npy(const std::string& type, const std::string& shape, const std::vector<T>& values) {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize(117, ' ');
  header += '\n';
  std::string file = "\x93NUMPY";
  file += {'\x01', '\0', static_cast<char>(header.size()), '\0'};
  file += header;
  const size_t at = file.size();
  file.resize(at + values.size() * sizeof(T));
  std::memcpy(file.data() + at, values.data(), values.size() * sizeof(T));
  return file;
}

class ArraysCli : public ToolTest {
 protected:
  // The floats at the end of a .npy.
  std::vector<float> Floats(const std::string& name, size_t count) const {
    const std::string file = Read(name);
    EXPECT_GE(file.size(), count * sizeof(float)) << name;
    std::vector<float> values(count);
    std::memcpy(values.data(), file.data() + file.size() - count * sizeof(float),
                count * sizeof(float));
    return values;
  }
};

TEST_F(ArraysCli, InputsAndOutputsGoByName) {
  Write("pair.onnxtxt",
        "<ir_version: 7, opset_import: [\"\" : 13]>\n"
        "g (float[N, 2] a, float[N, 2] b) => (float[N, 2] difference, float[N, 2] sum) {\n"
        "  difference = Sub(a, b)\n  sum = Add(a, b)\n}\n");
  Succeed("encode", "pair.onnxtxt -o pair.dcz");
  Write("x.npy", Npy<float>("<f4", "2, 2", {5, 6, 7, 8}));
  Write("y.npy", Npy<int64_t>("<i8", "2, 2", {1, 2, 3, 4}));
  Succeed("run", "pair.dcz --input b=y.npy --input a=x.npy --output-dir out --batch 1");
  EXPECT_EQ(Floats("out/difference.npy", 4), (std::vector<float>{4, 4, 4, 4}));
  EXPECT_EQ(Floats("out/sum.npy", 4), (std::vector<float>{6, 8, 10, 12}));
  // In the model's order, without names.
  Succeed("run", "pair.dcz --input y.npy --input x.npy -o first.npy");
  EXPECT_EQ(Floats("first.npy", 4), (std::vector<float>{-4, -4, -4, -4}));

  Fail("run", "pair.dcz --input a=x.npy", 2, {"1 arrays for 2 inputs", "a, b"});
  Fail("run", "pair.dcz --input a=x.npy --input a=y.npy", 2, {"twice"});
  Write("z.npy", Npy<float>("<f4", "3, 2", {1, 2, 3, 4, 5, 6}));
  Fail("run", "pair.dcz --input a=x.npy --input b=z.npy", 3, {"3 samples, and 2"});
}

TEST_F(ArraysCli, AnOnlyInputWhoseNameIsNotKeptTakesAnyName) {
  Write("one.onnxtxt",
        "<ir_version: 7, opset_import: [\"\" : 13]>\n"
        "g (float[N, 2] a) => (float[N, 2] y) {\n  y = Neg(a)\n}\n");
  Succeed("encode", "one.onnxtxt -o one.dcz");
  Write("x.npy", Npy<float>("<f4", "1, 2", {5, 6}));
  Write("odd=x.npy", Npy<float>("<f4", "1, 2", {7, 8}));
  Succeed("run", "one.dcz --input a=x.npy -o y.npy");
  EXPECT_EQ(Floats("y.npy", 2), (std::vector<float>{-5, -6}));
  Succeed("run", "one.dcz --input odd=x.npy -o y.npy");
  EXPECT_EQ(Floats("y.npy", 2), (std::vector<float>{-7, -8}));
  // No layer here can have inputs of 8 bits; batches never do.
  Succeed("run", "one.dcz --input a=x.npy --int8-activations -o y.npy");
  EXPECT_EQ(Floats("y.npy", 2), (std::vector<float>{-5, -6}));
  Fail("run", "one.dcz --input a=x.npy --int8-activations --batch 4", 2, {"single samples", "4"});
  // A name that is kept is held to.
  Succeed("encode", "one.onnxtxt --keep-names -o named.dcz");
  Fail("run", "named.dcz --input b=x.npy", 4, {"b=x.npy"});
}

TEST_F(ArraysCli, OpenDimensionsAreFixedByFlag) {
  Write("open.onnxtxt",
        "<ir_version: 7, opset_import: [\"\" : 13]>\n"
        "g (float[N, 1, H, W] image) => (float[N, 1, A, B] y) {\n  y = Relu(image)\n}\n");
  Fail("encode", "open.onnxtxt -o open.dcz", 3, {"image", "--input-shape image=1x1x?x?"});
  Fail("encode", "open.onnxtxt --input-shape image=1x4x4 -o open.dcz", 2, {"--input-shape"});
  Fail("encode", "open.onnxtxt --input-shape image=1x1xfour -o open.dcz", 2, {"no shape"});
  Fail("encode", "open.onnxtxt --input-shape other=1x1x4x4 -o open.dcz", 2, {"other", "image"});
  Succeed("encode", "open.onnxtxt --input-shape Nx1x2x2 -o open.dcz");
  Write("x.npy", Npy<float>("<f4", "1, 1, 2, 2", {-1, 2, -3, 4}));
  Succeed("run", "open.dcz --input x.npy -o y.npy");
  EXPECT_EQ(Floats("y.npy", 4), (std::vector<float>{0, 2, 0, 4}));
}

TEST_F(ArraysCli, DeclaredDimensionsGiveWayToTheFlag) {
  Write("fixed.onnxtxt",
        "<ir_version: 7, opset_import: [\"\" : 13]>\n"
        "g (float[1, 1, 8, 8] image) => (float[1, 1, 8, 8] y) {\n  y = Relu(image)\n}\n");
  Succeed("encode", "fixed.onnxtxt --input-shape 1x1x2x2 -o fixed.dcz");
  Write("x.npy", Npy<float>("<f4", "1, 1, 2, 2", {-1, 2, -3, 4}));
  Succeed("run", "fixed.dcz --input x.npy -o y.npy");
  EXPECT_EQ(Floats("y.npy", 4), (std::vector<float>{0, 2, 0, 4}));
  Write("product.onnxtxt",
        "<ir_version: 7, opset_import: [\"\" : 13]>\n"
        "g (float[N, 4] x) => (float[N, 2] y) <float[4, 2] w = {1, 2, 3, 4, 5, 6, 7, 8}> {\n"
        "  y = MatMul(x, w)\n}\n");
  Fail("encode", "product.onnxtxt --input-shape Nx5 -o product.dcz", 2, {"counts on the sizes"});
}

TEST_F(ArraysCli, WhatMixesSamplesRunsAtTheShapesOfTheFile) {
  const std::string head = "<ir_version: 7, opset_import: [\"\" : 13]>\ng (float[";
  const std::string rest =
      ", 2] x) => (float[1, 2] y) <int64[1] axes = {0}> {\n  y = ReduceSum(x, axes)\n}\n";
  Write("fixed.onnxtxt", head + "3" + rest);
  Succeed("encode", "fixed.onnxtxt -o fixed.dcz");
  Write("x.npy", Npy<float>("<f4", "3, 2", {1, 2, 3, 4, 5, 6}));
  Succeed("run", "fixed.dcz --input x.npy -o y.npy");
  EXPECT_EQ(Floats("y.npy", 2), (std::vector<float>{9, 12}));
  Write("free.onnxtxt", head + "N" + rest);
  Fail("encode", "free.onnxtxt -o free.dcz", 3, {"across the batch"});
}

// Indices that are whole numbers, and a table of rows that they choose from.
TEST_F(ArraysCli, WholeNumbersComeAsTheyAre) {
  Write("table.onnxtxt",
        "<ir_version: 7, opset_import: [\"\" : 13]>\n"
        "g (int64[N, 2] tokens) => (float[N, 2, 2] y)\n"
        "<float[3, 2] rows = {1, 2, 3, 4, 5, 6}> {\n  y = Gather(rows, tokens)\n}\n");
  Succeed("encode", "table.onnxtxt -o table.dcz");
  Write("x.npy", Npy<int64_t>("<i8", "1, 2", {2, 0}));
  Succeed("run", "table.dcz --input x.npy -o y.npy");
  EXPECT_EQ(Floats("y.npy", 4), (std::vector<float>{5, 6, 1, 2}));
  // Decoded, the model has its types again.
  Succeed("decode", "table.dcz -o again.onnx");
  Succeed("encode", "again.onnx -o again.dcz");
  Succeed("run", "again.dcz --input x.npy -o z.npy");
  EXPECT_EQ(Floats("z.npy", 4), (std::vector<float>{5, 6, 1, 2}));
}

}  // namespace
}  // namespace dc::test
