// A .dcz's operators by number, apart from the list of all: the runtime links only the records that
// it has (op/chosen_operators.h).

#include "op/chosen_operators.h"
#include "op/operator.h"

namespace dc::op {
namespace {

constexpr bool kHasAll = true
#define DC_FILE_OPERATOR(number, name) &&IsChosen(#name)
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"
    ;

// Numbers and names in one order. One text, as a table of texts would have a pointer for each.
constexpr uint8_t kNumbers[] = {
#define DC_FILE_OPERATOR(number, name) number,
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"
};
constexpr std::string_view kNames =
#define DC_FILE_OPERATOR(number, name) #name ","
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"
    ;

}  // namespace

const Operator* FindOperator(Id id) {
  switch (id) {
#define DC_FILE_OPERATOR(number, name) \
  case Id::k##name:                    \
    return IsChosen(#name) ? &k##name : nullptr;
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"
    case Id::kNone:
      break;
  }
  return nullptr;
}

std::string_view LeftOut(Id id) {
  if (kHasAll || FindOperator(id) != nullptr) return {};
  std::string_view names = kNames;
  for (uint8_t number : kNumbers) {
    const size_t end = names.find(',');
    if (number == static_cast<uint8_t>(id)) return names.substr(0, end);
    names.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace dc::op
