// Plain-text tables with aligned columns.
#ifndef DC_BASE_TEXT_TABLE_H_
#define DC_BASE_TEXT_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace dc {

// Rows of cells; the first row added is the heading. The first column is set left, others right.
// Cells are made printable; the middle of a long one is left out.
class TextTable {
 public:
  void Add(std::vector<std::string> cells);
  // Every row on a line of its own, two blanks between columns, a rule below the heading.
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "1,066,440".
std::string Thousands(uint64_t value);
// With `digits` after the point.
std::string Fixed(double value, int digits);

}  // namespace dc

#endif  // DC_BASE_TEXT_TABLE_H_
