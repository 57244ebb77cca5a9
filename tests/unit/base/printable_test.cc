#include "dc/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace dc {
namespace {

TEST(Printable, LeavesWhatIsPlain) {
  EXPECT_EQ(Printable("conv1/weight:0 %s"), "conv1/weight:0 %s");
  // Two, three and four bytes: é, 層, 𝛼.
  EXPECT_EQ(Printable("caf\u00E9 \u5C64 \U0001D6FC"), "caf\u00E9 \u5C64 \U0001D6FC");
  EXPECT_EQ(Printable(""), "");
}

TEST(Printable, ControlCharactersNeverComeOut) {
  EXPECT_EQ(Printable("a\x1B[31mred\x07"), "a [31mred ");
  EXPECT_EQ(Printable(std::string("nul\0end", 7)), "nul end");
  EXPECT_EQ(Printable("del\x7F"), "del ");
  // C1 as UTF-8: U+009B begins an escape sequence by itself.
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m"),
            " 31m");
  EXPECT_EQ(Printable("one\ntwo\r\nthree\tfour"), "one two  three four");
}

TEST(Printable, TextDoesNotTurnAround) {
  EXPECT_EQ(Printable("a\u202Eb\u2066c\u2028d\u200Fe"), "a?b?c?d?e");
}

TEST(Printable, BytesThatAreNotUtf8) {
  EXPECT_EQ(Printable("\xFF\xFE"), "??");
  EXPECT_EQ(Printable("cut \xE5\xB1"), "cut ??");
  EXPECT_EQ(Printable("\xC0\xAF"), "??");            // overlong '/'
  EXPECT_EQ(Printable("\xE0\x80\xAF"), "???");       // likewise
  EXPECT_EQ(Printable("\xED\xA0\x80"), "???");       // a surrogate
  EXPECT_EQ(Printable("\xF4\x90\x80\x80"), "????");  // U+110000
  EXPECT_EQ(Printable("\xC3"
                      "A"),
            "?A");
  EXPECT_EQ(Printable("\x9B"), "?");  // C1 as one byte
}

TEST(PrintableLines, KeepsOnlyTheEndsOfLines) {
  EXPECT_EQ(PrintableLines("a\n\x1B"
                           "b\r\nc\n"),
            "a\n b \nc\n");
}

TEST(ValidUtf8, ReplacesWhatIsNone) {
  EXPECT_EQ(ValidUtf8("a\xFF\u5C64\x1B"), "a\uFFFD\u5C64\x1B");
}

TEST(Shortened, CutsTheMiddle) {
  EXPECT_EQ(Shortened("short", 16), "short");
  EXPECT_EQ(Shortened("0123456789abcdef", 16), "0123456789abcdef");
  EXPECT_EQ(Shortened("0123456789abcdefg", 16), "01234 ... bcdefg");
}

TEST(Shortened, KeepsCharactersWhole) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "\u5C64";
  for (size_t most = 16; most < 40; ++most) {
    const std::string shortened = Shortened(text, most);
    EXPECT_LE(shortened.size(), most);
    EXPECT_GE(shortened.size() + 4, most);
    EXPECT_EQ(ValidUtf8(shortened), shortened);
  }
  // No UTF-8 at all: it ends all the same.
  EXPECT_LE(Shortened(std::string(1000, '\x80'), 100).size(), 100u);
}

}  // namespace
}  // namespace dc
