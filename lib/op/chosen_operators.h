// Which operators of a .dcz a build of the runtime has. For the tables that are made from
// op/ops.inc: cmake/runtime_operators.cmake compiles them once for every choice.
#ifndef DC_OP_CHOSEN_OPERATORS_H_
#define DC_OP_CHOSEN_OPERATORS_H_

#include <string_view>

namespace dc::op {

// Whether `name`, spelled as in op/ops.inc, is one of DC_RUNTIME_OPERATORS, a string of names with
// a comma after each. All are where it is not defined.
#ifdef DC_RUNTIME_OPERATORS
consteval bool IsChosen(std::string_view name) {
  std::string_view list = DC_RUNTIME_OPERATORS;
  while (!list.empty()) {
    const size_t end = list.find(',');
    if (list.substr(0, end) == name) return true;
    list.remove_prefix(end + 1);
  }
  return false;
}
#else
consteval bool IsChosen(std::string_view) { return true; }
#endif

}  // namespace dc::op

#endif  // DC_OP_CHOSEN_OPERATORS_H_
