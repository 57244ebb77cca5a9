// Documents of docs/ and the generated tables in them.
#ifndef DC_TESTS_GOLDEN_DOCUMENT_BLOCKS_H_
#define DC_TESTS_GOLDEN_DOCUMENT_BLOCKS_H_

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "dc/files.h"

namespace dc {

inline std::string Document(const std::string& name) {
  const auto bytes = ReadFile(DC_TESTS_DIR "/../docs/" + name);
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return bytes.ok() ? std::string(bytes->begin(), bytes->end()) : "";
}

// The blocks between "<!-- MAKER: NAME -->" and "<!-- end -->", by name.
inline std::map<std::string, std::string> Blocks(const std::string& document,
                                                 const std::string& maker) {
  const std::string open = "<!-- " + maker + ": ", close = " -->\n", end = "<!-- end -->";
  std::map<std::string, std::string> blocks;
  for (size_t at = 0; (at = document.find(open, at)) != std::string::npos;) {
    at += open.size();
    const size_t name_end = document.find(close, at), block_end = document.find(end, at);
    if (name_end == std::string::npos || block_end == std::string::npos) break;
    const std::string name = document.substr(at, name_end - at);
    const size_t begin = name_end + close.size();
    EXPECT_TRUE(blocks.emplace(name, document.substr(begin, block_end - begin)).second) << name;
  }
  return blocks;
}

}  // namespace dc

#endif  // DC_TESTS_GOLDEN_DOCUMENT_BLOCKS_H_
