// The table of settings: what proto/recipe.proto says of its fields, by reflection.
#ifndef DC_PIPELINE_SETTING_TABLE_H_
#define DC_PIPELINE_SETTING_TABLE_H_

#include <google/protobuf/message.h>

#include <string>
#include <utility>

#include "dc/status.h"
#include "recipe.pb.h"

namespace dc {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What the field's (setting) says.
const proto::Setting& SettingOf(const FieldDescriptor& field);

// The name of its flag, without dashes in front.
std::string FlagOf(const FieldDescriptor& field);

// The value of an absent field as text; "" where it has none.
std::string InitialOf(const FieldDescriptor& field);

// What a field is called in messages: its flag ("--batch-size"), or its place in a recipe
// ("prune.retrain.batch_size").
class FieldNamer {
 public:
  static FieldNamer Flags() { return FieldNamer(""); }
  static FieldNamer Path(const std::string& message) { return FieldNamer(message + "."); }
  // For the fields of the message that is the field `name`.
  FieldNamer Nested(const std::string& name) const {
    return FieldNamer(prefix_.empty() ? "" : prefix_ + name + ".");
  }
  std::string operator()(const FieldDescriptor& field) const {
    return prefix_.empty() ? "--" + FlagOf(field) : prefix_ + field.name();
  }

 private:
  explicit FieldNamer(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string prefix_;  // "" for flags
};

// The value of a field that is neither repeated nor a message.
std::string FieldText(const Message& message, const FieldDescriptor& field);

// Sets a field that is neither repeated nor a message. UsageError where `text` is no value of its
// type; ranges are left to CheckFields.
Status SetField(const FieldDescriptor& field, const std::string& text, const FieldNamer& name,
                Message* message);

// UsageError for the first field of `message` that is given and has a value that it may not have:
// the field's name, the value, and what is allowed. Nested messages are not looked at.
Status CheckFields(const Message& message, const FieldNamer& name);

// Sets what is absent in `message` to its initial value. `training`, in text format, goes before
// the initial values of the fields themselves.
void FillIn(const std::string& training, Message* message);

// The fields of `message` that differ from a message that is filled in: "epochs=3 schedule=cosine";
// `prefix` stands before each name.
std::string Differences(const Message& message, const std::string& training,
                        const std::string& prefix);

}  // namespace dc

#endif  // DC_PIPELINE_SETTING_TABLE_H_
