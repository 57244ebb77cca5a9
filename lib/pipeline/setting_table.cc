#include "pipeline/setting_table.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/comma_list.h"
#include "dc/layer_settings.h"

namespace dc {
namespace {

// The fewest digits that read back as `value`, without an exponent where that is no longer: 0.0002.
std::string ShortText(double value) {
  constexpr double kMostWhole = 1e15;
  char text[32];
  if (value == std::floor(value) && std::abs(value) < kMostWhole) {
    std::snprintf(text, sizeof(text), "%.0f", value);
    return text;
  }
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof(text), "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  return text;
}

template <typename T>
bool Parse(const std::string& text, T* value) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, *value);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

bool IsWhole(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
      return true;
    default:
      return SettingOf(field).whole();
  }
}

bool IsNumber(const FieldDescriptor& field) {
  return field.cpp_type() != FieldDescriptor::CPPTYPE_STRING &&
         field.cpp_type() != FieldDescriptor::CPPTYPE_BOOL;
}

// What a value may be: "use one of: sgd, adam", "give a whole number from 1 to 16".
std::string Allowed(const FieldDescriptor& field) {
  const proto::Setting& setting = SettingOf(field);
  const std::string choices = CommaList({setting.values().begin(), setting.values().end()});
  const bool ranged = setting.has_least() || setting.has_greatest();
  if (!ranged && !choices.empty()) return "use one of: " + choices;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return "use one of: true, false";
  std::string text = IsWhole(field) ? "give a whole number" : "give a finite number";
  if (setting.has_least()) {
    text += setting.above() ? " above " : " of at least ";
    text += ShortText(setting.least());
  }
  if (setting.has_greatest()) {
    text += (setting.has_least() ? " and " : " ") +
            std::string(setting.below() ? "below " : "at most ");
    text += ShortText(setting.greatest());
  }
  if (setting.nonzero()) text += " other than 0";
  if (!choices.empty()) text = "use " + choices + ", or " + text;
  return setting.per_layer() ? text + " for a layer" : text;
}

Status NotAllowed(const FieldDescriptor& field, const FieldNamer& name, const std::string& value) {
  return UsageError(name(field) + " cannot be '" + value + "'", "", Allowed(field));
}

bool InRange(const FieldDescriptor& field, double value) {
  const proto::Setting& setting = SettingOf(field);
  if (!std::isfinite(value)) return false;
  if (setting.nonzero() && value == 0) return false;
  if (IsWhole(field) && value != std::floor(value)) return false;
  if (setting.has_least() &&
      (value < setting.least() || (setting.above() && value == setting.least()))) {
    return false;
  }
  return !setting.has_greatest() || value < setting.greatest() ||
         (!setting.below() && value == setting.greatest());
}

// One value of a choice, or of a layer.
Status CheckText(const FieldDescriptor& field, const FieldNamer& name, const std::string& text) {
  const proto::Setting& setting = SettingOf(field);
  const auto& values = setting.values();
  if (std::find(values.begin(), values.end(), text) != values.end()) return OkStatus();
  const bool ranged = setting.has_least() || setting.has_greatest();
  if (values.empty() && !ranged) return OkStatus();
  double number = 0;
  if (ranged && Parse(text, &number) && InRange(field, number)) return OkStatus();
  return NotAllowed(field, name, text);
}

double NumberOf(const Message& message, const FieldDescriptor& field, int index) {
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return static_cast<double>(reflection->GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return field.is_repeated() ? reflection->GetRepeatedFloat(message, &field, index)
                                 : reflection->GetFloat(message, &field);
    default:
      return reflection->GetDouble(message, &field);
  }
}

}  // namespace

const proto::Setting& SettingOf(const FieldDescriptor& field) {
  return field.options().GetExtension(proto::setting);
}

std::string FlagOf(const FieldDescriptor& field) {
  std::string flag = SettingOf(field).flag();
  if (!flag.empty()) return flag;
  flag = field.name();
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string InitialOf(const FieldDescriptor& field) {
  const proto::Setting& setting = SettingOf(field);
  if (setting.initial().empty() && !setting.values().empty() && !setting.per_layer()) {
    return setting.values(0);
  }
  return setting.initial();
}

std::string FieldText(const Message& message, const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return reflection->GetString(message, &field);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    return reflection->GetBool(message, &field) ? "true" : "false";
  }
  return ShortText(NumberOf(message, field, 0));
}

Status SetField(const FieldDescriptor& field, const std::string& text, const FieldNamer& name,
                Message* message) {
  const auto* reflection = message->GetReflection();
  const auto number = [&](auto value, auto set) {
    if (!Parse(text, &value)) return NotAllowed(field, name, text);
    (reflection->*set)(message, &field, value);
    return OkStatus();
  };
  using Reflection = google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return number(int32_t{0}, &Reflection::SetInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return number(int64_t{0}, &Reflection::SetInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return number(uint32_t{0}, &Reflection::SetUInt32);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return number(float{0}, &Reflection::SetFloat);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return number(double{0}, &Reflection::SetDouble);
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return NotAllowed(field, name, text);
      reflection->SetBool(message, &field, text == "true");
      return OkStatus();
    default:
      reflection->SetString(message, &field, text);
      return OkStatus();
  }
}

Status CheckFields(const Message& message, const FieldNamer& name) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (IsNumber(*field)) {
      const int count =
          field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        const double value = NumberOf(message, *field, i);
        if (!InRange(*field, value)) return NotAllowed(*field, name, ShortText(value));
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string text = FieldText(message, *field);
      if (!SettingOf(*field).per_layer()) {
        DC_RETURN_IF_ERROR(CheckText(*field, name, text));
        continue;
      }
      const StatusOr<LayerSettings> layers = LayerSettings::Parse(text);
      if (!layers.ok()) return layers.status().At(name(*field));
      DC_RETURN_IF_ERROR(layers->CheckValues(
          [&](const std::string& value) { return CheckText(*field, name, value); }));
    }
  }
  return OkStatus();
}

void FillIn(const std::string& training, Message* message) {
  const std::unique_ptr<Message> given(message->New());
  given->CopyFrom(*message);
  message->Clear();
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message->GetDescriptor()->field(i);
    const std::string initial = InitialOf(field);
    if (!initial.empty()) (void)SetField(field, initial, FieldNamer::Flags(), message);
  }
  google::protobuf::TextFormat::MergeFromString(training, message);
  message->MergeFrom(*given);
}

std::string Differences(const Message& message, const std::string& training,
                        const std::string& prefix) {
  const std::unique_ptr<Message> initial(message.New());
  FillIn(training, initial.get());
  std::string text;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.is_repeated() || field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const std::string value = FieldText(message, field);
    if (value == FieldText(*initial, field)) continue;
    text += (text.empty() ? "" : " ") + prefix + field.name() + "=" + value;
  }
  return text;
}

}  // namespace dc
