#include "dc/status.h"

#include "dc/printable.h"

namespace dc {

struct Status::Error {
  StatusCode code;
  std::string what, where, advice;
};

Status::Status(StatusCode code, std::string_view what, std::string_view where,
               std::string_view advice) {
  if (code == StatusCode::kOk) return;
  error_ = new Error{code, std::string(what), std::string(where), std::string(advice)};
}

Status::Status(const Status& other) {
  if (other.error_ != nullptr) error_ = new Error(*other.error_);
}

void Status::Free() { delete error_; }

StatusCode Status::code() const { return error_ != nullptr ? error_->code : StatusCode::kOk; }

namespace {
const std::string& Nothing() {
  static const std::string nothing;
  return nothing;
}
}  // namespace

const std::string& Status::what() const { return error_ != nullptr ? error_->what : Nothing(); }
const std::string& Status::where() const { return error_ != nullptr ? error_->where : Nothing(); }
const std::string& Status::advice() const { return error_ != nullptr ? error_->advice : Nothing(); }

std::string Status::ToString() const {
  if (ok()) return "ok";
  std::string text = what();
  if (!where().empty()) text.append(" (").append(where()).append(")");
  if (!advice().empty()) text.append(": ").append(advice());
  return Printable(text);
}

Status Status::At(std::string_view place) const {
  Status copy = *this;
  if (copy.error_ != nullptr) {
    std::string& where = copy.error_->where;
    if (!where.empty()) where.insert(0, ", ");
    where.insert(0, place);
  }
  return copy;
}

Status Status::MissingValue() { return Internal("a result without a value"); }

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
    case StatusCode::kCancelled:
      return 130;  // as a shell says of a program that SIGINT ended
  }
  return 3;
}

namespace {
TextView OrEmpty(const char* text) { return text != nullptr ? text : ""; }
}  // namespace

Status GoalNotMet(TextView what, TextView where, TextView advice) {
  return Status(StatusCode::kGoalNotMet, what, where, advice);
}
Status UsageError(TextView what, TextView where, TextView advice) {
  return Status(StatusCode::kUsage, what, where, advice);
}
Status BadInput(TextView what, TextView where, TextView advice) {
  return Status(StatusCode::kBadInput, what, where, advice);
}
Status Unsupported(TextView what, TextView where, TextView advice) {
  return Status(StatusCode::kUnsupported, what, where, advice);
}
Status BadInput(const char* what, const char* where, const char* advice) {
  return BadInput(OrEmpty(what), OrEmpty(where), OrEmpty(advice));
}
Status Unsupported(const char* what, const char* where, const char* advice) {
  return Unsupported(OrEmpty(what), OrEmpty(where), OrEmpty(advice));
}
Status IoError(TextView what, TextView where, TextView advice) {
  return Status(StatusCode::kIo, what, where, advice);
}
Status Internal(TextView what, TextView where, TextView advice) {
  return Status(StatusCode::kInternal, what, where, advice);
}
Status NoMemory(TextView what, TextView where, TextView advice) {
  return Status(StatusCode::kNoMemory, what, where, advice);
}
Status Cancelled(TextView what, TextView where, TextView advice) {
  return Status(StatusCode::kCancelled, what, where, advice);
}

}  // namespace dc
