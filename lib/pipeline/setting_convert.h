// Options from the fields of a recipe, and back.
#ifndef DC_PIPELINE_SETTING_CONVERT_H_
#define DC_PIPELINE_SETTING_CONVERT_H_

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "dc/layer_settings.h"
#include "dc/quantize.h"
#include "pipeline/setting_bindings.h"
#include "pipeline/setting_table.h"

namespace dc {

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

// Sets members from the fields that `message` has. Precondition: CheckFields is ok.
class MembersFromFields {
 public:
  explicit MembersFromFields(const Message& message) : message_(message) {}

  template <typename T>
  void operator()(const char* name, T& member) const {
    const FieldDescriptor& field = *message_.GetDescriptor()->FindFieldByName(name);
    const auto* reflection = message_.GetReflection();
    if constexpr (std::is_same_v<T, std::vector<float>>) {
      member.clear();
      for (int i = 0; i < reflection->FieldSize(message_, &field); ++i) {
        member.push_back(reflection->GetRepeatedFloat(message_, &field, i));
      }
    } else if (!reflection->HasField(message_, &field)) {
      return;
    } else if constexpr (kIsOptional<T>) {
      typename T::value_type value{};
      (*this)(name, value);
      member = value;
    } else if constexpr (std::is_same_v<T, LayerSettings>) {
      member = *LayerSettings::Parse(reflection->GetString(message_, &field));
    } else if constexpr (std::is_same_v<T, PolicySettings>) {
      member[name] = reflection->GetString(message_, &field);
    } else if constexpr (std::is_same_v<T, std::string>) {
      member = reflection->GetString(message_, &field);
    } else if constexpr (std::is_same_v<T, int>) {
      member = reflection->GetInt32(message_, &field);
    } else if constexpr (std::is_same_v<T, int64_t>) {
      member = reflection->GetInt64(message_, &field);
    } else if constexpr (std::is_same_v<T, double>) {
      member = reflection->GetDouble(message_, &field);
    } else if constexpr (std::is_same_v<T, float>) {
      member = reflection->GetFloat(message_, &field);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
      member = static_cast<T>(reflection->GetBool(message_, &field));
    } else {
      const auto& values = SettingOf(field).values();
      const std::string text = reflection->GetString(message_, &field);
      member = static_cast<T>(std::find(values.begin(), values.end(), text) - values.begin());
    }
  }

 private:
  const Message& message_;
};

// Sets the fields of `message` from members.
class FieldsFromMembers {
 public:
  explicit FieldsFromMembers(Message* message) : message_(*message) {}

  template <typename T>
  void operator()(const char* name, T& member) const {
    const FieldDescriptor& field = *message_.GetDescriptor()->FindFieldByName(name);
    const auto* reflection = message_.GetReflection();
    if constexpr (std::is_same_v<T, std::vector<float>>) {
      for (const float value : member) reflection->AddFloat(&message_, &field, value);
    } else if constexpr (kIsOptional<T>) {
      if (member) (*this)(name, *member);
    } else if constexpr (std::is_same_v<T, LayerSettings>) {
      reflection->SetString(&message_, &field, member.ToString());
    } else if constexpr (std::is_same_v<T, PolicySettings>) {
      if (member.count(name)) reflection->SetString(&message_, &field, member.at(name));
    } else if constexpr (std::is_same_v<T, std::string>) {
      reflection->SetString(&message_, &field, member);
    } else if constexpr (std::is_same_v<T, int>) {
      reflection->SetInt32(&message_, &field, member);
    } else if constexpr (std::is_same_v<T, int64_t>) {
      reflection->SetInt64(&message_, &field, member);
    } else if constexpr (std::is_same_v<T, double>) {
      reflection->SetDouble(&message_, &field, member);
    } else if constexpr (std::is_same_v<T, float>) {
      reflection->SetFloat(&message_, &field, member);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
      reflection->SetBool(&message_, &field, static_cast<bool>(member));
    } else {
      reflection->SetString(&message_, &field, SettingOf(field).values(static_cast<int>(member)));
    }
  }

 private:
  Message& message_;
};

}  // namespace dc

#endif  // DC_PIPELINE_SETTING_CONVERT_H_
