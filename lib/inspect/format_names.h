// The numbers of the file format with their names and meanings: what dc-inspect prints, and what
// the tables of docs/format.md are made from.
#ifndef DC_INSPECT_FORMAT_NAMES_H_
#define DC_INSPECT_FORMAT_NAMES_H_

#include <span>
#include <string>

#include "entropy/common/weight_coding.h"

namespace dc {

struct NamedNumber {
  int number;
  const char* name;
  const char* meaning;  // Markdown, for the specification
};

// Ascending numbers, every one that this version knows.
std::span<const NamedNumber> SectionKinds();
std::span<const NamedNumber> PositionCodings();
std::span<const NamedNumber> StreamCoders();

// "manifest"; "kind 9" where the number is not known.
std::string SectionName(int kind);
// "fixed-width gaps".
std::string NameOf(PositionCoding coding);
// "Huffman".
std::string NameOf(StreamCoder coder);

}  // namespace dc

#endif  // DC_INSPECT_FORMAT_NAMES_H_
