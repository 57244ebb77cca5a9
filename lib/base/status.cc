#include "dc/status.h"

namespace dc {

std::string Status::ToString() const {
  if (ok()) return "ok";
  std::string text = what_;
  if (!where_.empty()) text += " (" + where_ + ")";
  if (!advice_.empty()) text += ": " + advice_;
  // A message is one line by contract and safe to print, whatever a file name, a damaged file's
  // tensor name or a third party put into it.
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

Status Status::At(const std::string& place) const {
  if (ok()) return *this;
  Status copy = *this;
  copy.where_ = where_.empty() ? place : place + ", " + where_;
  return copy;
}

int ExitCode(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return 0;
    case StatusCode::kGoalNotMet:
      return 1;
    case StatusCode::kUsage:
      return 2;
    case StatusCode::kBadInput:
    case StatusCode::kUnsupported:
    case StatusCode::kInternal:
    case StatusCode::kNoMemory:
      return 3;
    case StatusCode::kIo:
      return 4;
  }
  return 3;
}

Status GoalNotMet(std::string what, std::string where, std::string advice) {
  return Status(StatusCode::kGoalNotMet, std::move(what), std::move(where), std::move(advice));
}
Status UsageError(std::string what, std::string where, std::string advice) {
  return Status(StatusCode::kUsage, std::move(what), std::move(where), std::move(advice));
}
Status BadInput(std::string what, std::string where, std::string advice) {
  return Status(StatusCode::kBadInput, std::move(what), std::move(where), std::move(advice));
}
Status Unsupported(std::string what, std::string where, std::string advice) {
  return Status(StatusCode::kUnsupported, std::move(what), std::move(where), std::move(advice));
}
Status IoError(std::string what, std::string where, std::string advice) {
  return Status(StatusCode::kIo, std::move(what), std::move(where), std::move(advice));
}
Status Internal(std::string what, std::string where, std::string advice) {
  return Status(StatusCode::kInternal, std::move(what), std::move(where), std::move(advice));
}

Status NoMemory(std::string what, std::string where, std::string advice) {
  return Status(StatusCode::kNoMemory, std::move(what), std::move(where), std::move(advice));
}

}  // namespace dc
