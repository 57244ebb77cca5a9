// Errors as values. Every fallible function of the library returns Status or StatusOr<T>; the
// library never prints, exits or aborts on bad input.
#ifndef DC_STATUS_H_
#define DC_STATUS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dc/api.h"

namespace dc {

// A part of an error, as it is passed on: a std::string_view that knows the length of a literal
// without a call, which at every place that reports an error is most of the code.
class TextView {
 public:
  TextView() = default;
  [[gnu::always_inline]] TextView(const char* text)  // NOLINT: implicit by design
      : data_(text), size_(__builtin_strlen(text)) {}
  [[gnu::always_inline]] TextView(std::string_view text)  // NOLINT
      : data_(text.data()), size_(text.size()) {}
  [[gnu::always_inline]] TextView(const std::string& text)  // NOLINT
      : data_(text.data()), size_(text.size()) {}
  operator std::string_view() const { return {data_, size_}; }  // NOLINT

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

// The kind of an error; each maps to one documented exit code of the tools.
enum class StatusCode {
  kOk = 0,
  kGoalNotMet = 1,   // a stated goal (accuracy budget, ...) was missed
  kUsage = 2,        // contradictory or impossible options
  kBadInput = 3,     // malformed, damaged or contradictory input data
  kUnsupported = 4,  // well-formed input that this version does not cover
  kIo = 5,           // the operating system refused
  kInternal = 6,     // a broken invariant of this library: a bug
  kNoMemory = 7,     // the system or the caller's allocator has none left
  kCancelled = 8,    // the user ended it
};

// Success, or one error in three parts: what is wrong, where, and what to do about it. One pointer,
// null for success.
class [[nodiscard]] DC_API Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string_view what, std::string_view where, std::string_view advice);
  Status(const Status& other);
  Status(Status&& other) noexcept : error_(std::exchange(other.error_, nullptr)) {}
  Status& operator=(Status other) noexcept {
    std::swap(error_, other.error_);
    return *this;
  }
  ~Status() {
    if (error_ != nullptr) Free();
  }

  bool ok() const { return error_ == nullptr; }
  StatusCode code() const;
  // The three parts, "" where there is none.
  const std::string& what() const;
  const std::string& where() const;
  const std::string& advice() const;

  // "WHAT (WHERE): ADVICE" on one line that is fit to be printed, whatever the parts hold; empty
  // parts are left out. "ok" for success.
  std::string ToString() const;

  // The same error with `place` put before the place it names: callers add the file or the tensor
  // that the callee could not know.
  Status At(std::string_view place) const;

  // The error of a result that has neither a value nor an error.
  [[gnu::cold]] static Status MissingValue();

 private:
  struct Error;
  void Free();

  Error* error_ = nullptr;
};

// The exit code that the tools document for `code`: 0 to 4, or 130.
DC_API int ExitCode(StatusCode code);

// All of `reasons` (not empty) in one line: each what is wrong with the places where it is, the
// first ones of many; what to do about the first. BadInput where one is, else the first one's kind.
Status JoinReasons(const std::vector<Status>& reasons);

inline Status OkStatus() { return Status(); }
DC_API [[gnu::cold]] Status GoalNotMet(TextView what, TextView where = {}, TextView advice = {});
DC_API [[gnu::cold]] Status UsageError(TextView what, TextView where = {}, TextView advice = {});
DC_API [[gnu::cold]] Status BadInput(TextView what, TextView where = {}, TextView advice = {});
DC_API [[gnu::cold]] Status Unsupported(TextView what, TextView where = {}, TextView advice = {});
// The same for literals, where passing no lengths makes the smaller program. Null stands for "".
DC_API [[gnu::cold]] Status BadInput(const char* what, const char* where = nullptr,
                                     const char* advice = nullptr);
DC_API [[gnu::cold]] Status Unsupported(const char* what, const char* where = nullptr,
                                        const char* advice = nullptr);
DC_API [[gnu::cold]] Status IoError(TextView what, TextView where = {}, TextView advice = {});
DC_API [[gnu::cold]] Status Internal(TextView what, TextView where = {}, TextView advice = {});
DC_API [[gnu::cold]] Status NoMemory(TextView what, TextView where = {}, TextView advice = {});
DC_API [[gnu::cold]] Status Cancelled(TextView what, TextView where = {}, TextView advice = {});

// A value, or the error that kept it from being made.
template <typename T>
class [[nodiscard]] StatusOr {
 public:
  StatusOr(const T& value) : value_(value) {}             // NOLINT: implicit by design
  StatusOr(T&& value) : value_(std::move(value)) {}       // NOLINT
  StatusOr(Status status) : status_(std::move(status)) {  // NOLINT
    if (status_.ok()) status_ = Status::MissingValue();
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const& { return status_; }
  Status status() && { return std::move(status_); }

  // Precondition of the accessors: ok().
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace dc

#define DC_CONCAT_INNER(a, b) a##b
#define DC_CONCAT(a, b) DC_CONCAT_INNER(a, b)

// Returns from the enclosing function when `expr` is an error.
#define DC_RETURN_IF_ERROR(expr)             \
  do {                                       \
    ::dc::Status dc_status_ = (expr);        \
    if (!dc_status_.ok()) return dc_status_; \
  } while (0)

// `DC_ASSIGN_OR_RETURN(auto x, MakeX());` declares x, or returns the error.
#define DC_ASSIGN_OR_RETURN(lhs, expr) \
  DC_ASSIGN_OR_RETURN_INNER(DC_CONCAT(dc_or_, __LINE__), lhs, expr)
#define DC_ASSIGN_OR_RETURN_INNER(tmp, lhs, expr) \
  auto tmp = (expr);                              \
  if (!tmp.ok()) return std::move(tmp).status();  \
  lhs = std::move(tmp).value()

#endif  // DC_STATUS_H_
