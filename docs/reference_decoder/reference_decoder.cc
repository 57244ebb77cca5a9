// Decodes a .dcz file of version 1 and prints what it holds. Written from docs/format.md, to be
// read beside it chapter by chapter: plain loops, clarity above speed. Needs libzstd and nothing
// else.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "coded_weights.h"
#include "container.h"
#include "forms.h"
#include "manifest.h"
#include "reading.h"

namespace dcz {
namespace {

// "12x36" of a shape.
std::string ShapeText(const Numbers& shape) {
  std::string text;
  for (const uint64_t dimension : shape) {
    text += (text.empty() ? "" : "x") + std::to_string(dimension);
  }
  return text.empty() ? "scalar" : text;
}

// CRC-32C of numbers of `bytes` bytes each, least significant byte first.
template <typename T, typename Unsigned>
std::string ChecksumText(const std::vector<T>& numbers) {
  std::vector<uint8_t> bytes;
  for (const T number : numbers) {
    const Unsigned bits = std::bit_cast<Unsigned>(number);
    for (size_t i = 0; i < sizeof(T); ++i) bytes.push_back(static_cast<uint8_t>(bits >> (8 * i)));
  }
  char text[9];
  std::snprintf(text, sizeof(text), "%08x", static_cast<unsigned>(Crc32c(bytes)));
  return text;
}

// The content of a file: a line for each tensor in the order in which nodes first read them, then
// the operators on one line.
std::string Decode(Bytes file) {
  std::map<uint32_t, std::vector<uint8_t>> sections = ReadContainer(file);
  const Manifest manifest = ReadManifest(sections[kManifest], file.size());
  ByteReader codebooks(sections[kCodebooks]), codes(sections[kCodes]), gaps(sections[kGaps]),
      values(sections[kValues]);
  std::vector<std::string> lines;
  for (const Tensor& tensor : manifest.tensors) {
    const std::string shape = ShapeText(tensor.shape);
    if (!tensor.has_codes()) {
      const std::vector<float> numbers = tensor.has_planes()
                                             ? ReadPlanes(tensor, values.Take(tensor.value_bytes))
                                             : ReadValues(tensor, &values);
      lines.push_back("plain " + shape + " values " + ChecksumText<float, uint32_t>(numbers) +
                      "\n");
      continue;
    }
    const std::vector<float> codebook = ReadCodebook(tensor, &codebooks);
    const Bytes codes_stream = codes.Take(tensor.code_bytes);
    const Bytes gaps_stream = gaps.Take(tensor.gap_bytes);
    const std::vector<uint16_t> weight =
        tensor.form == 7 ? ReadHashedWeight(tensor, codes_stream, gaps_stream)
                         : ReadWeight(tensor, codebook, codes_stream, gaps_stream);
    lines.push_back("codes " + shape + " " + std::to_string(codebook.size()) + " codebook " +
                    ChecksumText<float, uint32_t>(codebook) + " codes " +
                    ChecksumText<uint16_t, uint16_t>(weight) + "\n");
  }
  Require(codebooks.empty() && codes.empty() && gaps.empty() && values.empty(),
          "bytes left over in a section");

  std::string text, operators;
  for (const Node& node : manifest.nodes) {
    operators += (operators.empty() ? "" : " ") + std::string(OperatorName(node.op));
    for (const uint64_t input : node.inputs) {
      const uint64_t tensor = input - 1 - manifest.inputs;  // beyond all if it is no tensor
      if (tensor >= lines.size()) continue;
      text += lines[tensor];
      lines[tensor].clear();
    }
  }
  return text + operators + "\n";
}

}  // namespace
}  // namespace dcz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: reference_decoder FILE.dcz\n");
    return 2;
  }
  try {
    std::ifstream file(argv[1], std::ios::binary);
    dcz::Require(file.is_open(), "cannot be opened");
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    const std::string text =
        dcz::Decode({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    std::fputs(text.c_str(), stdout);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reference_decoder: %s: %s\n", argv[1], error.what());
    return 3;
  }
}
