#include "inspect/inspect_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/format/container_builder.h"
#include "unit/inspect/marked_cover.h"

namespace dc {
namespace {

using format::Bytes;
using format::Message;
using testing::ElementsAre;

Message SomeManifest() {
  return Message()
      .Sub(1, Message().Packed(1, {300, 4}).Number(2, 3).Data(8, {'w', '\n'}))
      .Sub(1, Message().Packed(1, {5}))
      .Sub(2, Message().Number(1, 2).Packed(3, {2, 3}))  // zigzag: 1, -2
      .Number(5, 1056)
      .Data(7, {0x00, 0x00, 0x80, 0x3E, 0x00, 0x00, 0x00, 0xBF});
}

TEST(InspectManifestTest, NamesEveryFieldFromTheDescriptor) {
  const Bytes bytes = SomeManifest().bytes();
  const std::vector<ByteField> fields = MarkManifest(bytes);
  EXPECT_THAT(
      Lines(fields),
      ElementsAre("2 tensors[0], 11 bytes", "5 shape 300, 4", "2 form 3, affine", "4 name 'w '",
                  "2 tensors[1], 3 bytes", "3 shape 5", "2 nodes[0], 6 bytes", "2 op 2, Gemm",
                  "4 ints 1, -2", "3 baseline_bytes 1056", "10 input_mean 0.25, -0.5"));
  ExpectCover(fields, bytes.size(), "manifest");
  EXPECT_EQ(fields[0].depth, 0);
  EXPECT_EQ(fields[1].depth, 1);
  EXPECT_EQ(fields[4].depth, 0);
}

TEST(InspectManifestTest, GoesPastFieldsThatItDoesNotKnow) {
  const Bytes bytes =
      Message().Number(900, 7).Sub(1, Message().Data(99, {1, 2, 3}).Number(2, 1)).bytes();
  const std::vector<ByteField> fields = MarkManifest(bytes);
  EXPECT_THAT(Lines(fields), ElementsAre("3 field 900, not known", "2 tensors[0], 8 bytes",
                                         "6 field 99, not known", "2 form 1, float16"));
  ExpectCover(fields, bytes.size(), "manifest");
}

TEST(InspectManifestTest, CutsLongLists) {
  const std::vector<ByteField> fields =
      MarkManifest(Message().Sub(1, Message().Packed(1, std::vector<uint64_t>(20, 9))).bytes());
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[1].text, "shape 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, ...");
}

TEST(InspectManifestTest, CoversDamagedMessages) {
  const Bytes good = SomeManifest().bytes();
  for (size_t i = 0; i < good.size(); ++i) {
    const std::span<const uint8_t> cut(good.data(), i);
    ExpectCover(MarkManifest(cut), i, "cut at " + std::to_string(i));
    for (int change = 1; change < 256; ++change) {
      Bytes damaged = good;
      damaged[i] ^= static_cast<uint8_t>(change);
      ExpectCover(MarkManifest(damaged), damaged.size(), "byte " + std::to_string(i));
    }
  }
  // A length beyond the message around it, and a wrong wire type.
  const Bytes too_long = {0x0A, 0x02, 0x0A, 0x05, 0x28, 0x01};
  EXPECT_THAT(Lines(MarkManifest(too_long)),
              ElementsAre("2 tensors[0], 2 bytes", "4 damaged: not a field"));
  const Bytes wrong_type = {0x28, 0x01, 0x2D, 1, 2, 3, 4};
  EXPECT_THAT(Lines(MarkManifest(wrong_type)),
              ElementsAre("2 baseline_bytes 1", "5 damaged: not a field"));
}

}  // namespace
}  // namespace dc
