#include "dc/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace dc {
namespace {

TEST(Status, DefaultIsOk) {
  EXPECT_TRUE(Status().ok());
  EXPECT_TRUE(OkStatus().ok());
  EXPECT_EQ(Status().ToString(), "ok");
}

TEST(Status, PartsBecomeOneLine) {
  const Status status = BadInput("code 7 is outside the codebook", "model.dcz", "get a whole copy");
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.code(), StatusCode::kBadInput);
  EXPECT_EQ(status.ToString(), "code 7 is outside the codebook (model.dcz): get a whole copy");
  EXPECT_EQ(BadInput("what").ToString(), "what");
  EXPECT_EQ(BadInput("what", "where").ToString(), "what (where)");
  EXPECT_EQ(BadInput("what", "", "advice").ToString(), "what: advice");
}

TEST(Status, ControlCharactersNeverReachTheTerminal) {
  const Status status = BadInput("two\nlines\r\n", "a\x1b[31m\x7f", "tab\there");
  EXPECT_EQ(status.ToString(), "two lines   (a [31m ): tab here");
  EXPECT_EQ(BadInput("größer").ToString(), "größer");  // UTF-8 passes
}

TEST(Status, AtPutsTheOuterPlaceFirst) {
  const Status inner = BadInput("what", "offset 12", "advice");
  EXPECT_EQ(inner.At("tensor fc1").At("a.dcz").ToString(),
            "what (a.dcz, tensor fc1, offset 12): advice");
  EXPECT_EQ(BadInput("what").At("a.dcz").where(), "a.dcz");
  EXPECT_TRUE(OkStatus().At("a.dcz").ok());
  EXPECT_EQ(OkStatus().At("a.dcz").where(), "");
}

TEST(Status, ExitCodesAreThoseOfTheManual) {
  EXPECT_EQ(ExitCode(OkStatus().code()), 0);
  EXPECT_EQ(ExitCode(GoalNotMet("").code()), 1);
  EXPECT_EQ(ExitCode(UsageError("").code()), 2);
  EXPECT_EQ(ExitCode(BadInput("").code()), 3);
  EXPECT_EQ(ExitCode(Unsupported("").code()), 3);
  EXPECT_EQ(ExitCode(Internal("").code()), 3);
  EXPECT_EQ(ExitCode(IoError("").code()), 4);
}

TEST(StatusOr, HoldsAValueOrAnError) {
  StatusOr<std::string> value(std::string("text"));
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(*value, "text");
  EXPECT_EQ(value->size(), 4u);
  StatusOr<std::string> error(IoError("no disk"));
  EXPECT_FALSE(error.ok());
  EXPECT_EQ(error.status().what(), "no disk");
}

TEST(StatusOr, SuccessWithoutAValueIsAnError) {
  const StatusOr<int> result((OkStatus()));
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), StatusCode::kInternal);
}

TEST(StatusOr, CarriesMoveOnlyTypes) {
  StatusOr<std::unique_ptr<int>> result(std::make_unique<int>(5));
  std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 5);
}

StatusOr<int> Half(int x) {
  if (x % 2) return BadInput("odd");
  return x / 2;
}

StatusOr<int> Quarter(int x) {
  DC_ASSIGN_OR_RETURN(const int half, Half(x));
  DC_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

Status Divisible(int x) {
  DC_RETURN_IF_ERROR(Half(x).status());
  DC_RETURN_IF_ERROR(Quarter(x).status());
  return OkStatus();
}

TEST(StatusMacros, ReturnTheFirstError) {
  ASSERT_TRUE(Quarter(12).ok());
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(Quarter(6).status().what(), "odd");
  EXPECT_TRUE(Divisible(8).ok());
  EXPECT_EQ(Divisible(2).what(), "odd");
  EXPECT_EQ(Divisible(1).what(), "odd");
}

}  // namespace
}  // namespace dc
