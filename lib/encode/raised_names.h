// What the values and nodes of a graph are called that was encoded, perhaps without its names.
#ifndef DC_ENCODE_RAISED_NAMES_H_
#define DC_ENCODE_RAISED_NAMES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "format/manifest.h"

namespace dc {

// Hands out names, each once.
class UniqueNames {
 public:
  // `base`, or where that is taken `base`_2, `base`_3, ...
  std::string Take(const std::string& base);
  bool Taken(const std::string& name) const { return taken_.count(name) > 0; }
  // Marks `name` as taken.
  void Reserve(const std::string& name) { taken_.insert(name); }

 private:
  std::set<std::string> taken_;
  std::map<std::string, int> last_suffix_;
};

// The names of all values of `manifest` in the order of their numbers (inputs, tensors, outputs of
// nodes), taken from `names`: those that the file keeps, else generated ones ("conv1.weight",
// "fc2.bias", "v7").
std::vector<std::string> NameValues(const format::Manifest& manifest, UniqueNames* names);

}  // namespace dc

#endif  // DC_ENCODE_RAISED_NAMES_H_
