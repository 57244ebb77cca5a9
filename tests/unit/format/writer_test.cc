#include "format/writer.h"

#include <gtest/gtest.h>

#include "base/crc32.h"
#include "entropy/dec/zstd.h"
#include "entropy/enc/zstd_compress.h"
#include "format/reader.h"
#include "unit/format/sample_manifest.h"

namespace dc::format {
namespace {

std::vector<uint8_t> Write(const Sample& sample) {
  auto file = WriteFile(sample.manifest, sample.tensors, &ZstdCompress);
  EXPECT_TRUE(file.ok()) << file.status().ToString();
  return file.ok() ? *file : std::vector<uint8_t>{};
}

void ExpectSame(const Manifest& a, const Manifest& b) {
  ASSERT_EQ(a.inputs.size(), b.inputs.size());
  for (size_t i = 0; i < a.inputs.size(); ++i) {
    EXPECT_EQ(a.inputs[i].name, b.inputs[i].name);
    EXPECT_EQ(a.inputs[i].shape, b.inputs[i].shape);
  }
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (size_t i = 0; i < a.tensors.size(); ++i) {
    const TensorEntry &x = a.tensors[i], &y = b.tensors[i];
    EXPECT_EQ(x.name, y.name);
    EXPECT_EQ(x.shape, y.shape);
    EXPECT_EQ(x.form, y.form);
    EXPECT_EQ(x.policy, y.policy);
    EXPECT_EQ(x.codebook_entries, y.codebook_entries);
    EXPECT_EQ(x.codebook_type, y.codebook_type);
    EXPECT_EQ(x.zero_first, y.zero_first);
  }
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (size_t i = 0; i < a.nodes.size(); ++i) {
    EXPECT_EQ(a.nodes[i].op, b.nodes[i].op);
    EXPECT_EQ(a.nodes[i].inputs, b.nodes[i].inputs);
    EXPECT_EQ(a.nodes[i].ints, b.nodes[i].ints);
    EXPECT_EQ(a.nodes[i].floats, b.nodes[i].floats);
    EXPECT_EQ(a.nodes[i].name, b.nodes[i].name);
    EXPECT_EQ(a.nodes[i].output_name, b.nodes[i].output_name);
  }
  ASSERT_EQ(a.outputs.size(), b.outputs.size());
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    EXPECT_EQ(a.outputs[i].name, b.outputs[i].name);
    EXPECT_EQ(a.outputs[i].value, b.outputs[i].value);
    EXPECT_EQ(a.outputs[i].shape, b.outputs[i].shape);
  }
  EXPECT_EQ(a.baseline_bytes, b.baseline_bytes);
  EXPECT_EQ(a.opset, b.opset);
  EXPECT_EQ(a.graph_name, b.graph_name);
  EXPECT_EQ(a.metadata, b.metadata);
  EXPECT_EQ(a.scaling.scale, b.scaling.scale);
  EXPECT_EQ(a.scaling.mean, b.scaling.mean);
  EXPECT_EQ(a.scaling.deviation, b.scaling.deviation);
  EXPECT_EQ(a.scaling.channels_last, b.scaling.channels_last);
  EXPECT_EQ(a.scaling.reverse_channels, b.scaling.reverse_channels);
}

void ExpectRoundTrip(const Sample& sample) {
  const std::vector<uint8_t> bytes = Write(sample);
  const auto file = File::Open(bytes, &ZstdDecompress);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  ExpectSame(file->manifest(), sample.manifest);
  for (size_t i = 0; i < sample.tensors.size(); ++i) {
    const TensorStreams streams = file->Streams(i);
    auto expect = [](std::span<const uint8_t> got, const std::vector<uint8_t>& want) {
      EXPECT_EQ(std::vector<uint8_t>(got.begin(), got.end()), want);
    };
    expect(streams.codebook, sample.tensors[i].codebook);
    expect(streams.codes, sample.tensors[i].codes);
    expect(streams.gaps, sample.tensors[i].gaps);
    expect(streams.values, sample.tensors[i].values);
  }
  uint64_t sum = 0;
  for (const auto& [part, size] : file->byte_map()) sum += size;
  EXPECT_EQ(sum, bytes.size());
}

TEST(WriterTest, RoundTripsTheSample) { ExpectRoundTrip(MakeSample()); }

TEST(WriterTest, RoundTripsEveryField) {
  Sample sample = MakeSample();
  Manifest& m = sample.manifest;
  m.inputs = {{"image", {-1, 3, 8, 8}}, {"extra", {}}};
  for (Node& node : m.nodes) {
    for (uint32_t& value : node.inputs) value += value > 0;
  }
  m.nodes[0].inputs[2] = kNoValue;
  m.nodes[0].floats = {0.5f, 1.0f};
  m.nodes[0].name = "fc1";
  m.nodes[0].output_name = "hidden\x01\xFF";
  m.nodes[3].inputs = {1, 5};
  m.outputs = {{"probabilities", 7, {}}, {"tensor", 2, {4, 3}}};
  m.tensors[0].name = "fc1.weight";
  m.tensors[0].policy = "kmeans";
  m.tensors[0].zero_first = false;
  sample.tensors[0].codebook.assign(16, 0x3F);
  sample.tensors[0].gaps.clear();
  m.opset = 9;
  m.graph_name = "net";
  m.metadata = {{"dc.seed", "7"}, {"empty", ""}};
  m.scaling = {0.25f, {1, 2, 3}, {4, 5, 6}, true, true};
  ExpectRoundTrip(sample);
}

TEST(WriterTest, CompressesOnlyWhatGetsSmaller) {
  Sample sample = MakeSample();
  EXPECT_EQ(sample.manifest.tensors[1].shape, std::vector<int64_t>{4});
  const size_t small = Write(sample).size();
  sample.manifest.tensors[1].shape = {1000};
  sample.tensors[1].values.assign(4000, 0);
  EXPECT_LT(Write(sample).size(), small + 40);
  ExpectRoundTrip(sample);
}

TEST(WriterTest, OverheadOfThreeLayersIsSmall) {
  // LeNet-300-100: Flatten, Gemm, Relu, Gemm, Relu, Gemm on 28x28 pixels.
  Sample sample;
  Manifest& m = sample.manifest;
  m.inputs = {{"", {-1, 1, 28, 28}}};
  m.outputs = {{"", 12, {-1, 10}}};
  m.scaling.mean = {0.1307f};
  m.scaling.deviation = {0.3081f};
  m.baseline_bytes = 1066440;
  const int64_t widths[] = {784, 300, 100, 10};
  Node flatten;
  flatten.op = Op::kFlatten;
  flatten.inputs = {0};
  flatten.ints = {1};
  m.nodes.push_back(flatten);
  uint32_t value = 7;
  for (uint32_t layer = 0; layer < 3; ++layer) {
    TensorEntry weight, bias;
    weight.shape = {widths[layer + 1], widths[layer]};
    weight.form = Form::kTable;
    weight.codebook_entries = 64;
    weight.zero_first = true;
    bias.shape = {widths[layer + 1]};
    m.tensors.push_back(weight);
    m.tensors.push_back(bias);
    Node gemm;
    gemm.op = Op::kGemm;
    gemm.inputs = {value++, 1 + 2 * layer, 2 + 2 * layer};
    gemm.ints = {1, 0};
    gemm.floats = {1.0f, 1.0f};
    m.nodes.push_back(gemm);
    if (layer == 2) break;
    Node relu;
    relu.op = Op::kRelu;
    relu.inputs = {value++};
    m.nodes.push_back(relu);
  }
  uint64_t state = 1, payload = 0;
  for (const TensorEntry& entry : m.tensors) {
    TensorBytes bytes;
    auto fill = [&](std::vector<uint8_t>* to, size_t size) {
      for (size_t i = 0; i < size; ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        to->push_back(static_cast<uint8_t>(state >> 56));
      }
      payload += size;
    };
    if (entry.has_codes()) {
      fill(&bytes.codebook, 252);
      fill(&bytes.codes, entry.elements() / 18);
      fill(&bytes.gaps, entry.elements() / 20);
    } else {
      fill(&bytes.values, 4 * entry.elements());
    }
    sample.tensors.push_back(std::move(bytes));
  }
  // Without compression everything that is not payload counts.
  const auto file = WriteFile(sample.manifest, sample.tensors, [](std::span<const uint8_t> raw) {
    return StatusOr<std::vector<uint8_t>>(std::vector<uint8_t>(raw.begin(), raw.end()));
  });
  ASSERT_TRUE(file.ok());
  const size_t overhead = file->size() - payload;
  RecordProperty("overhead", static_cast<int>(overhead));
  EXPECT_LT(overhead, 200u);
  ExpectRoundTrip(sample);
}

TEST(WriterTest, RefusesManifestsThatDoNotOpen) {
  Sample sample = MakeSample();
  sample.manifest.nodes[0].inputs[0] = 70;
  EXPECT_EQ(WriteFile(sample.manifest, sample.tensors, &ZstdCompress).status().code(),
            StatusCode::kBadInput);
  sample = MakeSample();
  sample.tensors[1].values.pop_back();
  EXPECT_EQ(WriteFile(sample.manifest, sample.tensors, &ZstdCompress).status().code(),
            StatusCode::kInternal);
  sample = MakeSample();
  sample.manifest.tensors[0].shape = {1 << 13, 1 << 13};
  EXPECT_EQ(WriteFile(sample.manifest, sample.tensors, &ZstdCompress).status().code(),
            StatusCode::kUnsupported);
}

}  // namespace
}  // namespace dc::format
