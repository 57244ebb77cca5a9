// The fields of a recipe as flags of the tools.
#include <algorithm>
#include <memory>
#include <utility>

#include "dc/recipe.h"
#include "pipeline/stage_settings.h"

namespace dc {
namespace {

// The flags of `message` and of the Training in it, in the order of the fields. `training` holds
// defaults that are not those of the fields.
void AddFlags(const Message& message, const std::string& training,
              std::vector<SettingFlag>* flags) {
  const std::unique_ptr<Message> initial(message.New());
  FillIn(training, initial.get());
  const auto* descriptor = message.GetDescriptor();
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor& field = *descriptor->field(i);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AddFlags(reflection->GetMessage(message, &field),
               field.options().GetExtension(proto::training), flags);
      continue;
    }
    const proto::Setting& setting = SettingOf(field);
    const bool has_default = reflection->HasField(*initial, &field);
    flags->push_back({FlagOf(field),
                      setting.value_name(),
                      has_default ? FieldText(*initial, field) : "",
                      setting.help(),
                      field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL,
                      {setting.values().begin(), setting.values().end()}});
  }
}

// The field of `message` or of the Training in it whose flag is `flag`; sets `owner` to the message
// that has it.
const FieldDescriptor* FindFlag(const std::string& flag, Message* message, Message** owner) {
  const auto* descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor& field = *descriptor->field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      if (FlagOf(field) != flag) continue;
      *owner = message;
      return &field;
    }
    Message* nested = message->GetReflection()->MutableMessage(message, &field);
    if (const FieldDescriptor* found = FindFlag(flag, nested, owner)) return found;
  }
  return nullptr;
}

Status SetFlags(const FlagValues& values, Message* message) {
  for (const auto& [flag, text] : values) {
    Message* owner = nullptr;
    const FieldDescriptor* field = FindFlag(flag, message, &owner);
    if (!field) return UsageError("no setting has the flag --" + flag);
    const std::string value = SettingOf(*field).inverted() ? "false" : text;
    DC_RETURN_IF_ERROR(SetField(*field, value, FieldNamer::Flags(), owner));
  }
  return OkStatus();
}

}  // namespace

std::vector<SettingFlag> FlagsOf(StageKind stage) {
  std::vector<SettingFlag> flags;
  switch (stage) {
    case StageKind::kTrain:
      AddFlags(proto::Training(), "", &flags);
      break;
    case StageKind::kPrune:
      AddFlags(proto::Pruning(), "", &flags);
      break;
    case StageKind::kQuantize:
      AddFlags(proto::Quantization(), "", &flags);
      break;
    case StageKind::kEncode:
      AddFlags(proto::Encoding(), "", &flags);
      break;
  }
  return flags;
}

StatusOr<TrainOptions> TrainOptionsOf(const FlagValues& values, uint64_t seed) {
  proto::Training message;
  DC_RETURN_IF_ERROR(SetFlags(values, &message));
  return TrainingOf(message, FieldNamer::Flags(), seed);
}

StatusOr<PruneStep> PruneStepOf(const FlagValues& values, uint64_t seed) {
  proto::Pruning message;
  DC_RETURN_IF_ERROR(SetFlags(values, &message));
  return PruningOf(message, FieldNamer::Flags(), seed);
}

StatusOr<QuantizeStep> QuantizeStepOf(const FlagValues& values, uint64_t seed) {
  proto::Quantization message;
  DC_RETURN_IF_ERROR(SetFlags(values, &message));
  return QuantizationOf(message, FieldNamer::Flags(), seed);
}

StatusOr<QuantizeStep> MethodTrainingOf(const MethodOptions& method, FlagValues training,
                                        uint64_t seed) {
  const bool has_epochs = std::any_of(training.begin(), training.end(),
                                      [](const auto& flag) { return flag.first == "epochs"; });
  if (!has_epochs) {
    training.emplace_back("epochs",
                          InitialOf(*proto::Training::descriptor()->FindFieldByName("epochs")));
  }
  for (const auto& [flag, value] : {std::pair{"method", method.name},
                                    {"bits", method.bits},
                                    {"skip", method.skip},
                                    {"method-options", method.settings}}) {
    if (!value.empty()) training.emplace_back(flag, value);
  }
  return QuantizeStepOf(training, seed);
}

StatusOr<EncodeOptions> EncodeOptionsOf(const FlagValues& values) {
  proto::Encoding message;
  DC_RETURN_IF_ERROR(SetFlags(values, &message));
  return EncodingOf(message, FieldNamer::Flags());
}

}  // namespace dc
