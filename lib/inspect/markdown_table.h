// Tables in Markdown, for the documents that are generated.
#ifndef DC_INSPECT_MARKDOWN_TABLE_H_
#define DC_INSPECT_MARKDOWN_TABLE_H_

#include <string>
#include <vector>

namespace dc {

// Rows, the first of them the heading.
class Markdown {
 public:
  using Cells = std::vector<std::string>;

  explicit Markdown(const Cells& heading) {
    Add(heading);
    text_ += "|";
    for (size_t i = 0; i < heading.size(); ++i) text_ += "---|";
    text_ += "\n";
  }
  void Add(const Cells& cells) {
    text_ += "|";
    for (const std::string& cell : cells) text_ += (cell.empty() ? " " : " " + cell + " ") + "|";
    text_ += "\n";
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace dc

#endif  // DC_INSPECT_MARKDOWN_TABLE_H_
