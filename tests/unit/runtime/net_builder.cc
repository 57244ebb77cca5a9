#include "unit/runtime/net_builder.h"

#include <gtest/gtest.h>

#include <bit>
#include <numeric>
#include <string>
#include <utility>

#include "entropy/enc/weight_encoder.h"
#include "entropy/enc/zstd_compress.h"
#include "format/defaults.h"

namespace dc::runtime {
namespace {

int64_t Count(const std::vector<int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

std::vector<uint8_t> LittleEndian(std::span<const float> values) {
  std::vector<uint8_t> bytes;
  for (float value : values) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8)
      bytes.push_back(static_cast<uint8_t>(bits >> shift));
  }
  return bytes;
}

}  // namespace

NetBuilder::NetBuilder(std::vector<int64_t> shape, uint64_t seed) : rng_(seed) {
  manifest_.inputs.push_back({"x", std::move(shape)});
  outputs_ = {input()};
}

NetBuilder::Ref NetBuilder::AddInput(std::vector<int64_t> shape) {
  manifest_.inputs.push_back({"x" + std::to_string(manifest_.inputs.size()), std::move(shape)});
  return {Ref::kInput, manifest_.inputs.size() - 1};
}

NetBuilder::Ref NetBuilder::Plain(std::vector<int64_t> shape, std::vector<float> values) {
  EXPECT_EQ(Count(shape), static_cast<int64_t>(values.size()));
  manifest_.tensors.push_back({.shape = shape, .form = format::Form::kFloat32});
  values_.emplace_back(values.begin(), values.end());
  bytes_.push_back({.values = LittleEndian(values)});
  constants_.push_back({.form = "float32", .shape = shape, .values = values});
  return {Ref::kTensor, constants_.size() - 1};
}

NetBuilder::Ref NetBuilder::Random(std::vector<int64_t> shape, float low, float high) {
  std::vector<float> values(static_cast<size_t>(Count(shape)));
  for (float& v : values) v = low + (high - low) * static_cast<float>(rng_.Uniform());
  return Plain(std::move(shape), std::move(values));
}

NetBuilder::Ref NetBuilder::Coded(std::vector<int64_t> shape, double density, uint32_t entries,
                                  bool sparse) {
  std::vector<float> codebook(entries, 0.0f);
  for (uint32_t i = 1; i < entries; ++i) codebook[i] = static_cast<float>(rng_.Normal());
  std::vector<uint16_t> codes(static_cast<size_t>(Count(shape)), 0);
  for (uint16_t& code : codes) {
    if (entries > 1 && rng_.Uniform() < density) {
      code = static_cast<uint16_t>(1 + rng_.Below(entries - 1));
    }
  }
  return Coded(std::move(shape), std::move(codes), std::move(codebook), sparse);
}

NetBuilder::Ref NetBuilder::Coded(std::vector<int64_t> shape, std::vector<uint16_t> codes,
                                  std::vector<float> codebook, bool sparse) {
  EXPECT_EQ(Count(shape), static_cast<int64_t>(codes.size()));
  const bool zero_first = codebook[0] == 0.0f && codebook.size() > 1;
  manifest_.tensors.push_back({.shape = shape,
                               .form = format::Form::kTable,
                               .codebook_entries = static_cast<uint32_t>(codebook.size()),
                               .zero_first = zero_first});
  const EncodedWeight encoded = EncodeWeight(MatrixOf(shape), codebook, codes,
                                             {.sparse = sparse, .gap_bits = sparse ? 8 : 0});
  bytes_.push_back({.codebook = LittleEndian(std::span(codebook).subspan(zero_first ? 1 : 0)),
                    .codes = encoded.codes,
                    .gaps = encoded.positions});
  Constant constant{.form = "table", .shape = shape, .sparse = sparse, .codebook = codebook};
  std::vector<double>& values = values_.emplace_back();
  for (size_t i = 0; i < codes.size(); ++i) {
    values.push_back(codebook[codes[i]]);
    if (sparse && codes[i] == 0) continue;
    if (sparse) constant.positions.push_back(static_cast<uint32_t>(i));
    constant.codes.push_back(codes[i]);
  }
  constants_.push_back(std::move(constant));
  return {Ref::kTensor, constants_.size() - 1};
}

NetBuilder::Ref NetBuilder::Node(format::Op op, const std::vector<Ref>& inputs,
                                 std::vector<int64_t> ints, std::vector<float> floats) {
  format::Node node;
  node.op = op;
  node.ints = std::move(ints);
  node.floats = std::move(floats);
  format::FillAttributes(&node);  // those that the lists leave out
  manifest_.nodes.push_back(std::move(node));
  node_inputs_.push_back(inputs);
  outputs_ = {{Ref::kNode, manifest_.nodes.size() - 1}};
  return outputs_[0];
}

uint32_t NetBuilder::Number(Ref value) const {
  switch (value.kind) {
    case Ref::kInput:
      return static_cast<uint32_t>(value.index);
    case Ref::kTensor:
      return static_cast<uint32_t>(manifest_.inputs.size() + value.index);
    case Ref::kNode:
      return static_cast<uint32_t>(manifest_.inputs.size() + manifest_.tensors.size() +
                                   value.index);
    case Ref::kOmitted:
      break;
  }
  return format::kNoValue;
}

const format::Manifest& NetBuilder::manifest() {
  for (size_t n = 0; n < node_inputs_.size(); ++n) {
    manifest_.nodes[n].inputs.clear();
    for (const Ref& input : node_inputs_[n]) manifest_.nodes[n].inputs.push_back(Number(input));
  }
  manifest_.outputs.clear();
  for (const Ref& output : outputs_) {
    const std::string number =
        manifest_.outputs.empty() ? "" : std::to_string(manifest_.outputs.size());
    manifest_.outputs.push_back({"y" + number, Number(output)});
  }
  return manifest_;
}

Constant NetBuilder::Load(size_t tensor) const { return constants_[tensor]; }

std::vector<uint8_t> NetBuilder::File() {
  auto file = format::WriteFile(manifest(), bytes_, ZstdCompress);
  EXPECT_TRUE(file.ok()) << file.status().ToString();
  return file.ok() ? *file : std::vector<uint8_t>();
}

std::vector<float> NetBuilder::RandomInput(int64_t batch) {
  const std::vector<int64_t>& shape = manifest_.inputs[0].shape;
  int64_t size = batch;
  for (size_t d = 1; d < shape.size(); ++d) size *= shape[d];
  std::vector<float> values(static_cast<size_t>(size));
  for (float& value : values) value = static_cast<float>(rng_.Normal());
  return values;
}

}  // namespace dc::runtime
