#include "base/text_table.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "dc/printable.h"

namespace dc {

void TextTable::Add(std::vector<std::string> cells) {
  constexpr size_t kLongest = 80;
  for (std::string& cell : cells) cell = Shortened(Printable(cell), kLongest);
  rows_.push_back(std::move(cells));
}

std::string TextTable::ToString() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < rows_[r].size(); ++i) {
      const std::string& cell = rows_[r][i];
      const std::string fill(widths[i] - cell.size(), ' ');
      line += (i == 0 ? "" : "  ") + (i == 0 ? cell + fill : fill + cell);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (r == 0) {
      size_t width = widths.empty() ? 0 : 2 * (widths.size() - 1);
      for (size_t w : widths) width += w;
      text += std::string(width, '-') + "\n";
    }
  }
  return text;
}

std::string Thousands(uint64_t value) {
  std::string digits = std::to_string(value);
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<size_t>(i), ",");
  }
  return digits;
}

std::string Fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

}  // namespace dc
