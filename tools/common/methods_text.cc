#include "common/methods_text.h"

#include "dc/quantize.h"

namespace dc {

std::string MethodsText() {
  std::string text;
  for (const MethodInfo& method : ListMethods()) {
    text += method.name + ": " + method.summary + "\n  " + method.paper + "\n  --bits " +
            method.bits + "  --skip " + method.skip + "\n  training: " + method.training + "\n";
    for (const MethodOption& option : method.options) {
      text +=
          "  --method-options " + option.name + "=" + option.initial + "  " + option.help + "\n";
    }
    text += "\n";
  }
  return text;
}

std::vector<std::string> MethodNames() {
  std::vector<std::string> names;
  for (const MethodInfo& method : ListMethods()) names.push_back(method.name);
  return names;
}

}  // namespace dc
