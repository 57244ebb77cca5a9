// Names for a message: "a, b, c".
#ifndef DC_BASE_COMMA_LIST_H_
#define DC_BASE_COMMA_LIST_H_

#include <string>
#include <vector>

namespace dc {

inline std::string CommaList(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace dc

#endif  // DC_BASE_COMMA_LIST_H_
