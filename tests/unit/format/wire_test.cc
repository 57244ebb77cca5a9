#include "format/wire.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "base/rng.h"
#include "format/reader_manifest.h"
#include "format/writer_manifest.h"
#include "manifest.pb.h"
#include "unit/format/container_builder.h"
#include "unit/format/sample_manifest.h"

namespace dc::format {
namespace {

// What is wrong with a message whose field 1 is read as a number; "" for nothing.
std::string DamageOf(const Bytes& bytes) {
  WireState state;
  WireMessage message(bytes, &state);
  while (message.Next()) {
    if (message.field() == 1) message.Number32();
  }
  return state.damage == nullptr ? "" : state.damage;
}

// The bytes are those of the examples of protobuf's documentation of its encoding.
TEST(Wire, ReadsTheExamplesOfTheSpecification) {
  WireState state;
  state.numbers_left = 100;
  const Bytes number = {0x08, 0x96, 0x01};
  WireMessage message(number, &state);
  ASSERT_TRUE(message.Next());
  EXPECT_EQ(message.field(), 1u);
  EXPECT_EQ(message.Number(), 150u);
  EXPECT_FALSE(message.Next());

  const Bytes text = {0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67};
  WireMessage testing(text, &state);
  ASSERT_TRUE(testing.Next());
  EXPECT_EQ(testing.field(), 2u);
  EXPECT_EQ(testing.Text(), "testing");

  const Bytes packed = {0x32, 0x06, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05};
  WireMessage list(packed, &state);
  ASSERT_TRUE(list.Next());
  EXPECT_EQ(list.field(), 6u);
  std::vector<uint64_t> numbers;
  for (uint64_t n; list.NextNumber(&n);) numbers.push_back(n);
  EXPECT_EQ(numbers, (std::vector<uint64_t>{3, 270, 86942}));
  EXPECT_EQ(state.damage, nullptr);
  EXPECT_EQ(state.numbers_left, 97u);
}

TEST(Wire, ReadsEveryTypeOfNumber) {
  WireState state;
  state.numbers_left = 100;
  const Bytes bytes = {
      0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01,  // 1: 2^64 - 1
      0x15, 0x00, 0x00, 0x80, 0xBF,                                      // 2: -1.0f
      0x19, 1,    2,    3,    4,    5,    6,    7,    8,                 // 3: 8 bytes, skipped
      0x20, 0x03, 0x20, 0x04,                                            // 4: zigzag -2, then 2
      0x2A, 0x04, 0x00, 0x00, 0x40, 0x3F,                                // 5: 0.75f, packed
      0x30, 0x02,                                                        // 6: true
  };
  WireMessage message(bytes, &state);
  ASSERT_TRUE(message.Next());
  EXPECT_EQ(message.Number(), ~uint64_t{0});
  ASSERT_TRUE(message.Next());
  EXPECT_EQ(message.Float(), -1.0f);
  ASSERT_TRUE(message.Next());
  EXPECT_EQ(message.field(), 3u);
  std::vector<int64_t> signs;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(message.Next());
    for (int64_t n; message.NextSigned(&n);) signs.push_back(n);
  }
  EXPECT_EQ(signs, (std::vector<int64_t>{-2, 2}));
  ASSERT_TRUE(message.Next());
  float f = 0;
  ASSERT_TRUE(message.NextFloat(&f));
  EXPECT_EQ(f, 0.75f);
  EXPECT_FALSE(message.NextFloat(&f));
  ASSERT_TRUE(message.Next());
  EXPECT_TRUE(message.Flag());
  EXPECT_FALSE(message.Next());
  EXPECT_EQ(state.damage, nullptr);
}

TEST(Wire, SaysWhatIsDamaged) {
  EXPECT_EQ(DamageOf({}), "");
  EXPECT_EQ(DamageOf({0x08}), "it ends within a field");
  EXPECT_EQ(DamageOf({0x08, 0x80}), "it ends within a field");
  EXPECT_EQ(DamageOf({0x0A, 0x02, 0x00}), "it ends within a field");
  EXPECT_EQ(DamageOf({0x1D, 0, 0, 0}), "it ends within a field");
  EXPECT_EQ(DamageOf({0x19, 0, 0, 0, 0, 0, 0, 0}), "it ends within a field");
  EXPECT_EQ(DamageOf({0x0A, 0x00}), "a field of another type");
  EXPECT_EQ(DamageOf({0x0D, 0, 0, 0, 0}), "a field of another type");
  EXPECT_EQ(DamageOf({0x08, 0x80, 0x80, 0x80, 0x80, 0x10}), "a number of more than 32 bits");
  // The tenth byte of a number has its last bit; a tag has 32 bits.
  EXPECT_EQ(DamageOf({0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02}),
            "a number of more than 64 bits");
  EXPECT_EQ(DamageOf({0x80, 0x80, 0x80, 0x80, 0x10, 0x00}), "a number of more than 32 bits");
  EXPECT_EQ(DamageOf({0x00, 0x00}), "a field without a number");
  // Groups, which proto3 has not, and types 6 and 7.
  for (const uint8_t type : {3, 4, 6, 7}) {
    EXPECT_EQ(DamageOf({static_cast<uint8_t>(0x10 | type), 0x00}),
              "a field of a type that does not exist");
  }
  // After damage there is nothing more.
  WireState state;
  const Bytes bytes = {0x0A, 0x00, 0x08, 0x01};
  WireMessage message(bytes, &state);
  ASSERT_TRUE(message.Next());
  EXPECT_EQ(message.Number(), 0u);
  EXPECT_FALSE(message.Next());
}

TEST(Wire, ListsHaveALimitTogether) {
  WireState state;
  state.numbers_left = 3;
  const Bytes bytes = {0x0A, 0x02, 1, 2, 0x0A, 0x02, 3, 4};
  WireMessage message(bytes, &state);
  std::vector<uint64_t> numbers;
  while (message.Next()) {
    for (uint64_t n; message.NextNumber(&n);) numbers.push_back(n);
  }
  EXPECT_EQ(numbers, (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_STREQ(state.damage, "too many numbers");
}

// Whether the manifest says what libprotobuf reads in the same bytes.
void ExpectSame(const Manifest& mine, const proto::Manifest& theirs) {
  ASSERT_EQ(mine.tensors.size(), static_cast<size_t>(theirs.tensors_size()));
  ASSERT_EQ(mine.nodes.size(), static_cast<size_t>(theirs.nodes_size()));
  ASSERT_EQ(mine.inputs.size(), static_cast<size_t>(theirs.inputs_size()));
  ASSERT_EQ(mine.outputs.size(), static_cast<size_t>(theirs.outputs_size()));
  ASSERT_EQ(mine.metadata.size(), static_cast<size_t>(theirs.metadata_size()));
  const auto same_shape = [](const std::vector<int64_t>& shape, const auto& dimensions) {
    ASSERT_EQ(shape.size(), static_cast<size_t>(dimensions.size()));
    for (int d = 0; d < dimensions.size(); ++d) {
      const auto stored = static_cast<int64_t>(dimensions[d]);
      EXPECT_EQ(shape[static_cast<size_t>(d)], stored == 0 ? -1 : stored);
    }
  };
  // Attributes that were left out follow those that were not.
  const auto begins = [](const auto& numbers, const auto& stored) {
    ASSERT_GE(numbers.size(), static_cast<size_t>(stored.size()));
    EXPECT_EQ(std::memcmp(numbers.data(), stored.data(),
                          static_cast<size_t>(stored.size()) * sizeof(*stored.data())),
              0);
  };
  for (int i = 0; i < theirs.tensors_size(); ++i) {
    const TensorEntry& a = mine.tensors[static_cast<size_t>(i)];
    const proto::Tensor& b = theirs.tensors(i);
    same_shape(a.shape, b.shape());
    EXPECT_EQ(static_cast<uint32_t>(a.form), b.form());
    EXPECT_EQ(a.codebook_entries, b.codebook_entries());
    EXPECT_EQ(a.code_bytes, b.code_bytes());
    EXPECT_EQ(a.gap_bytes, b.gap_bytes());
    EXPECT_EQ(a.codebook_bytes, b.codebook_bytes());
    EXPECT_EQ(a.value_bytes, b.value_bytes());
    EXPECT_EQ(a.codebook_type == CodebookType::kFloat16, b.codebook_f16());
    EXPECT_EQ(a.zero_first, a.has_codes() && !b.zero_stored());
    EXPECT_EQ(a.name, b.name());
    EXPECT_EQ(a.policy, b.policy());
  }
  for (int i = 0; i < theirs.nodes_size(); ++i) {
    const Node& a = mine.nodes[static_cast<size_t>(i)];
    const proto::Node& b = theirs.nodes(i);
    EXPECT_EQ(static_cast<uint32_t>(a.op), b.op());
    if (b.inputs_size() > 0) {
      ASSERT_EQ(a.inputs.size(), static_cast<size_t>(b.inputs_size()));
      for (int k = 0; k < b.inputs_size(); ++k) {
        EXPECT_EQ(a.inputs[static_cast<size_t>(k)] + 1, b.inputs(k));
      }
    }
    begins(a.ints, b.ints());
    begins(a.floats, b.floats());
    EXPECT_EQ(a.name, b.name());
    EXPECT_EQ(a.output_name, b.output_name());
  }
  for (int i = 0; i < theirs.inputs_size(); ++i) {
    const InputInfo& a = mine.inputs[static_cast<size_t>(i)];
    same_shape(a.shape, theirs.inputs(i).shape());
    EXPECT_EQ(a.name, theirs.inputs(i).name());
    EXPECT_EQ(a.type, theirs.inputs(i).type() == 0 ? 1 : theirs.inputs(i).type());
  }
  for (int i = 0; i < theirs.outputs_size(); ++i) {
    const OutputInfo& a = mine.outputs[static_cast<size_t>(i)];
    same_shape(a.shape, theirs.outputs(i).shape());
    EXPECT_EQ(a.name, theirs.outputs(i).name());
    EXPECT_EQ(a.type, theirs.outputs(i).type() == 0 ? 1 : theirs.outputs(i).type());
    if (theirs.outputs(i).value() != 0) {
      EXPECT_EQ(a.value + 1, theirs.outputs(i).value());
    }
  }
  for (int i = 0; i < theirs.metadata_size(); ++i) {
    EXPECT_EQ(mine.metadata[static_cast<size_t>(i)].first, theirs.metadata(i).key());
    EXPECT_EQ(mine.metadata[static_cast<size_t>(i)].second, theirs.metadata(i).value());
  }
  EXPECT_EQ(mine.baseline_bytes, theirs.baseline_bytes());
  EXPECT_EQ(std::bit_cast<uint32_t>(mine.scaling.scale.value_or(0.0f)) & 0x7FFFFFFFu,
            std::bit_cast<uint32_t>(theirs.input_scale()) & 0x7FFFFFFFu);
  EXPECT_EQ(mine.scaling.channels_last.value_or(false), theirs.input_channels_last());
  EXPECT_EQ(mine.scaling.reverse_channels, theirs.input_reverse_channels());
  EXPECT_EQ(mine.opset, theirs.opset() == 0 ? 13 : theirs.opset());
  EXPECT_EQ(mine.graph_name, theirs.graph_name());
  EXPECT_EQ(mine.fixed_shapes, theirs.fixed_shapes());
  EXPECT_EQ(mine.int8_activations, theirs.int8_activations());
}

TEST(Wire, ReadsWhatProtobufReads) {
  Manifest manifest = MakeSample().manifest;
  manifest.graph_name = "graph";
  manifest.metadata = {{"key", "value"}, {"", ""}};
  manifest.nodes[0].name = "first";
  manifest.nodes[0].floats = {0.5f, 2.0f};
  manifest.tensors[0].name = "weight";
  manifest.opset = 17;
  const Bytes good = SerializeManifest(manifest);
  Rng rng(1);
  int read = 0;
  for (int i = 0; i < 30000; ++i) {
    Bytes bytes = good;
    // Some bytes changed, and sometimes one more or less.
    for (uint32_t k = rng.Below(4); i > 0 && k-- > 0;) {
      bytes[rng.Below(static_cast<uint32_t>(bytes.size()))] = static_cast<uint8_t>(rng.Below(256));
    }
    const auto place = bytes.begin() + rng.Below(static_cast<uint32_t>(bytes.size()));
    if (i % 5 == 1) bytes.insert(place, static_cast<uint8_t>(rng.Below(256)));
    if (i % 5 == 2) bytes.erase(place);
    const auto mine = ParseManifest(bytes, bytes.size());
    if (!mine.ok()) continue;
    ++read;
    proto::Manifest theirs;
    ASSERT_TRUE(theirs.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) << i;
    ExpectSame(*mine, theirs);
    ASSERT_FALSE(HasFailure()) << i;
  }
  EXPECT_GT(read, 3000);
}

}  // namespace
}  // namespace dc::format
