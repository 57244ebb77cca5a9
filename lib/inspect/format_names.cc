#include "inspect/format_names.h"

#include <algorithm>

#include "format/layout.h"

namespace dc {
namespace {

template <typename Number>
constexpr NamedNumber Row(Number number, const char* name, const char* meaning) {
  return {static_cast<int>(number), name, meaning};
}

using format::SectionKind;

constexpr NamedNumber kSectionKinds[] = {
    Row(SectionKind::kManifest, "manifest", "the graph and the tensor table (chapter 2)"),
    Row(SectionKind::kCodebooks, "codebooks",
        "the codebooks of all tensors with codes (chapter 3)"),
    Row(SectionKind::kCodes, "codes", "their codes streams (chapter 4)"),
    Row(SectionKind::kGaps, "gaps", "their gaps streams (chapter 4)"),
    Row(SectionKind::kValues, "values",
        "the values of all plain tensors: biases and the like (chapter 3)"),
};

constexpr NamedNumber kPositionCodings[] = {
    Row(PositionCoding::kDense, "dense", "every element has a code; no positions"),
    Row(PositionCoding::kFixedGaps, "fixed-width gaps", "gaps of G bits and fillers"),
    Row(PositionCoding::kEscapeGaps, "escape gaps",
        "gaps as a token for the leading bits, then the other bits"),
    Row(PositionCoding::kBitmask, "bitmask", "one bit an element"),
};

constexpr NamedNumber kStreamCoders[] = {
    Row(StreamCoder::kRaw, "raw", "fields of a fixed width"),
    Row(StreamCoder::kHuffman, "Huffman", "a table of code lengths, then code words"),
    Row(StreamCoder::kContext, "context", "an adaptive binary range coder"),
    Row(StreamCoder::kHuffman4, "Huffman in four streams",
        "a table of code lengths, then code words in four bit streams"),
};

std::string Find(std::span<const NamedNumber> rows, int number, const char* what) {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const NamedNumber& r) { return r.number == number; });
  return row == rows.end() ? what + (" " + std::to_string(number)) : row->name;
}

}  // namespace

std::span<const NamedNumber> SectionKinds() { return kSectionKinds; }
std::span<const NamedNumber> PositionCodings() { return kPositionCodings; }
std::span<const NamedNumber> StreamCoders() { return kStreamCoders; }

std::string SectionName(int kind) { return Find(kSectionKinds, kind, "kind"); }
std::string NameOf(PositionCoding coding) {
  return Find(kPositionCodings, static_cast<int>(coding), "positions");
}
std::string NameOf(StreamCoder coder) {
  return Find(kStreamCoders, static_cast<int>(coder), "coder");
}

}  // namespace dc
