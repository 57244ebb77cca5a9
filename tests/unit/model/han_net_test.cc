#include "model/han_net.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "unit/model/han_net_packer.h"

namespace dc {
namespace {

using testing::HasSubstr;

using test::NetLayer;

std::vector<HanNetShape> ConvAndFc() { return {{"conv", 12, 3, true}, {"fc", 60, 2, false}}; }

// conv: 12 weights of 3 outputs; fc: 60 weights of 2 outputs, two of them 43 apart.
std::vector<NetLayer> TwoLayers() {
  NetLayer conv;
  conv.codebook = test::SomeCodebook(256);
  conv.bias = {1.5f, -2.0f, 0.0f};
  conv.codes = {255, 1, 7};
  conv.gaps = {0, 4, 5};  // positions 0, 5, 11
  NetLayer fc;
  fc.codebook = test::SomeCodebook(16);
  fc.bias = {0.25f, 8.0f};
  fc.codes = {15, 0, 0, 3, 9};
  fc.gaps = {2, 15, 15, 10, 0};  // positions 2, fillers at 18 and 34, then 45 and 46
  return {conv, fc};
}

StatusOr<std::vector<HanNetLayer>> Parse(const std::string& file,
                                         const std::vector<HanNetShape>& shapes) {
  return ParseHanNet({reinterpret_cast<const uint8_t*>(file.data()), file.size()}, shapes);
}

void ExpectRefused(const std::string& file, const std::vector<HanNetShape>& shapes,
                   const std::vector<std::string>& words) {
  const auto layers = Parse(file, shapes);
  ASSERT_FALSE(layers.ok());
  EXPECT_EQ(layers.status().code(), StatusCode::kBadInput);
  for (const std::string& word : words) EXPECT_THAT(layers.status().ToString(), HasSubstr(word));
}

// `codes` at `positions`, 0 elsewhere.
std::vector<uint16_t> Codes(size_t weights, const std::vector<size_t>& positions,
                            const std::vector<uint16_t>& codes) {
  std::vector<uint16_t> all(weights, 0);
  for (size_t i = 0; i < positions.size(); ++i) all[positions[i]] = codes[i];
  return all;
}

TEST(HanNetTest, ReadsByteLayoutByHand) {
  // One fully connected layer of 3 weights and 1 output, every byte written out.
  std::string file("\x02\0\0\0", 4);
  for (int i = 0; i < 16; ++i) file += std::string("\0\0", 2) + (i == 5 ? "\x80\x3f" : "\x20\x41");
  file.replace(4, 4, std::string(4, '\0'));  // entry 0: 0.0; 5: 1.0; others: 10.0
  file += std::string("\0\0\0\xc0", 4);      // bias -2
  file += "\xf5";                            // codes 5, 15
  file += "\x10";                            // gaps 0, 1
  const auto layers = Parse(file, {{"fc", 3, 1, false}});
  ASSERT_TRUE(layers.ok()) << layers.status().ToString();
  EXPECT_EQ((*layers)[0].codes, (std::vector<uint16_t>{5, 0, 15}));
  EXPECT_EQ((*layers)[0].codebook[5], 1.0f);
  EXPECT_EQ((*layers)[0].codebook[15], 10.0f);
  EXPECT_EQ((*layers)[0].bias, std::vector<float>{-2.0f});
  EXPECT_EQ((*layers)[0].code_bits, 4);
}

TEST(HanNetTest, PlacesCodesAndCountsFillers) {
  const auto layers = Parse(test::PackNet(TwoLayers()), ConvAndFc());
  ASSERT_TRUE(layers.ok()) << layers.status().ToString();
  const HanNetLayer& conv = (*layers)[0];
  EXPECT_EQ(conv.codes, Codes(12, {0, 5, 11}, {255, 1, 7}));
  EXPECT_EQ(conv.codebook, test::SomeCodebook(256));
  EXPECT_EQ(conv.bias, (std::vector<float>{1.5f, -2.0f, 0.0f}));
  EXPECT_EQ(conv.entries, 3u);
  EXPECT_EQ(conv.fillers, 0u);
  const HanNetLayer& fc = (*layers)[1];
  EXPECT_EQ(fc.codes, Codes(60, {2, 45, 46}, {15, 3, 9}));
  EXPECT_EQ(fc.entries, 5u);
  EXPECT_EQ(fc.fillers, 2u);
  EXPECT_EQ(fc.note, "");
}

TEST(HanNetTest, ThePackersRunsComeBack) {
  // Distances around the gap field's limit, and a tail that is left out.
  std::vector<int> weights;
  for (int distance : {0, 1, 14, 15, 16, 17, 31, 32, 33, 64}) {
    weights.insert(weights.end(), static_cast<size_t>(distance), 0);
    weights.push_back(1 + distance % 15);
  }
  weights.insert(weights.end(), 40, 0);
  for (const bool conv : {true, false}) {
    NetLayer layer;
    layer.codebook = test::SomeCodebook(conv ? 256 : 16);
    layer.bias = {0};
    test::StoreCodes(weights, 0, &layer);
    const auto layers = Parse(test::PackNet({layer}), {{"w", weights.size(), 1, conv}});
    ASSERT_TRUE(layers.ok()) << layers.status().ToString();
    EXPECT_EQ((*layers)[0].codes, std::vector<uint16_t>(weights.begin(), weights.end()));
    EXPECT_EQ((*layers)[0].fillers, 0u + 0 + 0 + 0 + 1 + 1 + 1 + 2 + 2 + 4);  // one for 16 zeros
  }
}

TEST(HanNetTest, AnExplicitZeroIsNoFiller) {
  std::vector<NetLayer> net = TwoLayers();
  net[1].gaps = {2, 15, 14, 10, 0};
  const auto layers = Parse(test::PackNet(net), ConvAndFc());
  ASSERT_TRUE(layers.ok());
  EXPECT_EQ((*layers)[1].fillers, 1u);
  EXPECT_EQ((*layers)[1].codes, Codes(60, {2, 44, 45}, {15, 3, 9}));
}

TEST(HanNetTest, AZeroElsewhereChangesPlacesWithCodeZero) {
  std::vector<NetLayer> net = TwoLayers();
  std::swap(net[1].codebook[0], net[1].codebook[6]);
  net[1].codes = {15, 6, 6, 0, 9};  // code 0 is now a value and 6 the zero
  const auto layers = Parse(test::PackNet(net), ConvAndFc());
  ASSERT_TRUE(layers.ok()) << layers.status().ToString();
  const HanNetLayer& fc = (*layers)[1];
  EXPECT_EQ(fc.codebook, test::SomeCodebook(16));
  EXPECT_EQ(fc.codes, Codes(60, {2, 45, 46}, {15, 6, 9}));
  EXPECT_EQ(fc.fillers, 2u);
  EXPECT_EQ(fc.note, "codes 0 and 6 changed places");
}

TEST(HanNetTest, OtherZerosKeepTheirCodes) {
  std::vector<NetLayer> net = TwoLayers();
  net[1].codebook[3] = 0.0f;
  net[1].codebook[9] = -0.0f;
  const auto layers = Parse(test::PackNet(net), ConvAndFc());
  ASSERT_TRUE(layers.ok());
  EXPECT_EQ((*layers)[1].codes, Codes(60, {2, 45, 46}, {15, 3, 9}));
  EXPECT_TRUE(std::signbit((*layers)[1].codebook[9]));
  EXPECT_EQ((*layers)[1].note, "");
}

TEST(HanNetTest, NegativeZeroOfPrunedWeightsBecomesZero) {
  std::vector<NetLayer> net = TwoLayers();
  net[1].codebook[0] = -0.0f;
  const auto layers = Parse(test::PackNet(net), ConvAndFc());
  ASSERT_TRUE(layers.ok());
  EXPECT_EQ(std::bit_cast<uint32_t>((*layers)[1].codebook[0]), 0u);
  EXPECT_EQ((*layers)[1].note, "centroid -0 became +0");
}

TEST(HanNetTest, ADenseLayerNeedsNoZeroAndIsNotTouched) {
  NetLayer fc;
  fc.codebook = test::SomeCodebook(16);
  fc.codebook[0] = 3.0f;
  fc.bias = {0, 0};
  fc.codes = {0, 1, 2, 0, 15, 0};
  fc.gaps = {0, 0, 0, 0, 0, 0};
  for (const float other : {0.25f, 0.0f, -0.0f}) {
    fc.codebook[7] = other;
    const auto layers = Parse(test::PackNet({fc}), {{"fc", 6, 2, false}});
    ASSERT_TRUE(layers.ok()) << layers.status().ToString();
    EXPECT_EQ((*layers)[0].codes, (std::vector<uint16_t>{0, 1, 2, 0, 15, 0}));
    EXPECT_EQ((*layers)[0].codebook, fc.codebook);
    EXPECT_EQ((*layers)[0].note, "");
  }
}

TEST(HanNetTest, ALayerWithoutStoredCodesIsAllZero) {
  std::vector<NetLayer> net = TwoLayers();
  net[0].codes.clear();
  net[0].gaps.clear();
  const auto layers = Parse(test::PackNet(net), ConvAndFc());
  ASSERT_TRUE(layers.ok());
  EXPECT_EQ((*layers)[0].codes, std::vector<uint16_t>(12, 0));
  EXPECT_EQ((*layers)[1].codes[45], 3);
}

TEST(HanNetTest, SkippedWeightsNeedAZero) {
  std::vector<NetLayer> net = TwoLayers();
  net[0].codebook[0] = 1.0f;
  ExpectRefused(test::PackNet(net), ConvAndFc(), {"no centroid is 0", "layer 1 of 2, 'conv'"});
}

TEST(HanNetTest, EveryTruncationNamesTheLayer) {
  const std::string file = test::PackNet(TwoLayers());
  const size_t conv_end = 8 + 1024 + 12 + 3 + 2;
  for (size_t keep = 0; keep < file.size(); ++keep) {
    ExpectRefused(file.substr(0, keep), ConvAndFc(),
                  {"the file ends inside", keep < 8          ? "2 layers"
                                           : keep < conv_end ? "layer 1 of 2, 'conv'"
                                                             : "layer 2 of 2, 'fc'"});
  }
  ExpectRefused(file.substr(0, 8 + 1023), ConvAndFc(), {"codebook", "offset 8"});
  ExpectRefused(file.substr(0, 8 + 1024), ConvAndFc(), {"biases", "offset 1032"});
  ExpectRefused(file.substr(0, conv_end - 3), ConvAndFc(), {"inside the codes"});
  ExpectRefused(file.substr(0, conv_end - 1), ConvAndFc(), {"inside the gaps"});
}

TEST(HanNetTest, RefusesWhatDoesNotFit) {
  const std::string file = test::PackNet(TwoLayers());
  ExpectRefused(file + "x", ConvAndFc(), {"1 bytes follow the last layer", "'fc'"});
  for (const char* count : {"\x0d\0\0\0", "\xff\xff\xff\xff"}) {
    std::string many = file;
    many.replace(0, 4, count, 4);
    ExpectRefused(many, ConvAndFc(), {"stored codes for 12 weights", "'conv'"});
  }
  std::vector<NetLayer> net = TwoLayers();
  net[0].gaps = {0, 4, 6};  // positions 0, 5, 12 of 12
  ExpectRefused(test::PackNet(net), ConvAndFc(), {"a position outside", "'conv'", "stored code 2"});
  net = TwoLayers();
  net[1].gaps.back() = 14;  // position 60 of 60
  ExpectRefused(test::PackNet(net), ConvAndFc(), {"a position outside", "'fc'", "stored code 4"});
  net = TwoLayers();
  net[0].codebook[9] = std::numeric_limits<float>::quiet_NaN();
  ExpectRefused(test::PackNet(net), ConvAndFc(), {"NaN", "codebook", "'conv'", "entry 9"});
  net = TwoLayers();
  net[1].bias[1] = std::numeric_limits<float>::infinity();
  ExpectRefused(test::PackNet(net), ConvAndFc(), {"infinity", "biases", "'fc'", "entry 1"});
}

TEST(HanNetTest, HugeShapesOfASmallFileAllocateNothing) {
  const uint64_t huge = uint64_t{1} << 62;
  ExpectRefused(test::PackNet(TwoLayers()), {{"a", huge, huge, true}, {"b", huge, 1, false}},
                {"the file ends inside the biases", "'a'"});
}

}  // namespace
}  // namespace dc
