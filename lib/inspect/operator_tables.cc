#include "inspect/operator_tables.h"

#include <algorithm>
#include <string>

#include "base/number_text.h"
#include "inspect/markdown_table.h"
#include "model/canonical/canonical.h"
#include "op/operator.h"

namespace dc {
namespace {

std::string Code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string YesNo(bool value) { return value ? "yes" : "no"; }

// Operators without a number in a .dcz can be executed where they need none.
std::string Executed(const op::Operator& record) {
  if (record.id != op::Id::kNone) return "yes";
  if (record.Has(op::kRenames)) return "yes, by leaving it out";
  return record.Has(op::kReshapes) ? "yes, as a Reshape" : "no";
}

std::string Overview(bool (*trained)(const op::Operator& record)) {
  Markdown table({"operator", "opset", "imported", "trained", "executed", "number in a .dcz"});
  for (const op::Operator* record : op::AllOperators()) {
    const bool numbered = record->id != op::Id::kNone;
    table.Add({Code(record->name), std::to_string(record->opset), "yes", YesNo(trained(*record)),
               Executed(*record), numbered ? std::to_string(static_cast<int>(record->id)) : ""});
  }
  return table.text();
}

const char* RoleText(op::Role role) {
  switch (role) {
    case op::Role::kOperand:
      return "value";
    case op::Role::kWeight:
      return "weight";
    case op::Role::kBias:
      return "bias";
    case op::Role::kScale:
      return "scale";
    case op::Role::kStatistic:
      return "statistic";
    case op::Role::kSetting:
      return "setting";
  }
  return "";
}

std::string Inputs() {
  Markdown table({"operator", "input", "role", "may be left out"});
  for (const op::Operator* record : op::AllOperators()) {
    for (size_t i = 0; i < record->inputs.size(); ++i) {
      const op::InputSpec& input = record->inputs[i];
      const bool setting = input.role == op::Role::kSetting;
      const bool optional = setting ? !record->Attribute(input.name)->required : record->MayOmit(i);
      const bool repeats =
          !setting && i + 1 == record->inputs.size() && record->max_inputs > record->inputs.size();
      table.Add({Code(record->name), Code(input.name) + (repeats ? ", one or more" : ""),
                 RoleText(input.role), YesNo(optional)});
    }
  }
  return table.text();
}

std::string DefaultText(const op::AttributeSpec& attribute) {
  if (attribute.required) return "none";
  switch (attribute.type) {
    case op::AttributeType::kInt:
      if (!attribute.words.empty()) {
        return Code(attribute.words[static_cast<size_t>(attribute.int_default)]);
      }
      return std::to_string(attribute.int_default);
    case op::AttributeType::kFloat:
      return NumberText(attribute.float_default);
    case op::AttributeType::kInts:
    case op::AttributeType::kFloats:
      return "ONNX's";
  }
  return "";
}

bool IsSetting(const op::Operator& record, std::string_view attribute) {
  return std::any_of(record.inputs.begin(), record.inputs.end(), [&](const auto& input) {
    return input.role == op::Role::kSetting && input.name == attribute;
  });
}

std::string Attributes() {
  Markdown table({"operator", "attribute", "default", "covered"});
  for (const op::Operator* record : op::AllOperators()) {
    for (const op::AttributeSpec& attribute : record->attributes) {
      const bool setting = IsSetting(*record, attribute.name);
      table.Add({Code(record->name), Code(attribute.name), DefaultText(attribute),
                 setting ? "as a constant" : "yes"});
    }
    for (const op::OnnxOnly& only : record->onnx_only) {
      const std::string value = only.text.empty() ? std::to_string(only.number) : Code(only.text);
      table.Add({Code(record->name), Code(only.name), "ONNX's",
                 only.fixed ? value + " alone, in the canonical form"
                            : "any value; a .dcz does not need it"});
    }
  }
  return table.text();
}

// What import does to a node of the operator.
std::string CanonicalForm(const op::Operator& record) {
  std::string text;
  const auto add = [&](const std::string& sentence) {
    text += (text.empty() ? "" : "; ") + sentence;
  };
  std::string settings;
  for (const op::InputSpec& input : record.inputs) {
    if (input.role != op::Role::kSetting) continue;
    settings += (settings.empty() ? "" : ", ") + Code(input.name);
  }
  if (!settings.empty()) add(settings + " as constant inputs");
  for (const op::OnnxOnly& only : record.onnx_only) {
    if (only.name == "auto_pad") add("`auto_pad` spelled out as `pads`");
  }
  if (record.Has(op::kOnceOverMatrices)) {
    add("before opset 13: over the last axis, with a Reshape on either side where that is not the "
        "same");
  }
  if (record.Has(op::kBlends)) add("`spatial` = 1 of opsets 7 and 8 dropped");
  if (&record == &op::kMatMul) add("leading dimensions of 1 of a constant dropped");
  if (record.Has(op::kRenames) && record.Has(op::kReshapes)) {
    add("of a constant: the constant itself");
  } else if (record.Has(op::kReshapes) || &record == &op::kTranspose) {
    add("of a constant that nothing else reads: carried out");
  }
  return text;
}

std::string CanonicalForms() {
  Markdown table({"operator", "in the canonical form"});
  for (const op::Operator* record : op::AllOperators()) {
    const std::string text = CanonicalForm(*record);
    if (!text.empty()) table.Add({Code(record->name), text});
  }
  for (const auto& [name, others] : SpelledInOthers()) {
    std::string text;
    for (const std::string& other : others) text += (text.empty() ? "" : ", ") + Code(other);
    table.Add({Code(name), text + " in its place"});
  }
  return table.text();
}

}  // namespace

std::vector<SpecTable> OperatorTables(bool (*trained)(const op::Operator& record)) {
  return {{"overview", Overview(trained)},
          {"inputs", Inputs()},
          {"attributes", Attributes()},
          {"canonical-form", CanonicalForms()}};
}

}  // namespace dc
