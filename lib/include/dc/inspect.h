// What a .dcz is made of, down to the byte, and the tables of its specification.
#ifndef DC_INSPECT_H_
#define DC_INSPECT_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

struct InspectOptions {
  bool hex = false;  // a marked hex dump instead of the structure
  bool all = false;  // hex: long fields in full, not their first and last line alone
};

// Takes one or more whole lines of text.
using TextSink = std::function<void(const std::string&)>;

// Hands `sink` a description of the .dcz in `file`: container, manifest, graph, coding of each
// weight; or every byte with the name of its field. A damaged file is described as far as it can be
// understood; the error that decoding it gives is returned afterwards.
Status InspectFile(std::span<const uint8_t> file, const InspectOptions& options,
                   const TextSink& sink);

// One table of docs/format.md in Markdown, made from what the code uses itself.
struct SpecTable {
  std::string name;  // of the block: "section-kinds", "operators", ...
  std::string text;  // rows, each ending in a line feed
};

// All of them, in the order of the document.
std::vector<SpecTable> FormatSpec();

}  // namespace dc

#endif  // DC_INSPECT_H_
