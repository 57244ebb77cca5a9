// Runs the real tools as a user would, in a folder that goes away.
#ifndef DC_TESTS_CLI_TOOL_RUNNER_H_
#define DC_TESTS_CLI_TOOL_RUNNER_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dc::test {

// What a tool did.
struct Outcome {
  int exit_code = -1;  // -1 where a signal ended it
  std::string out, err;
};

// A test in a temporary folder that holds a small dataset and a network that can learn it.
class ToolTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // `name` inside the folder.
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  // Runs dc-TOOL with `arguments`, as split by a shell that stands in the folder.
  Outcome Run(const std::string& tool, const std::string& arguments) const;
  // The same, and expects exit code 0.
  Outcome Succeed(const std::string& tool, const std::string& arguments) const;
  // The same, and expects `exit_code` and one line of error that holds every one of `words`.
  void Fail(const std::string& tool, const std::string& arguments, int exit_code,
            const std::vector<std::string>& words) const;
  // Runs any shell command in the folder.
  Outcome Shell(const std::string& command) const;

  std::string Read(const std::string& name) const;
  void Write(const std::string& name, const std::string& bytes) const;
  bool Exists(const std::string& name) const;
  // Every file below the folder, sorted.
  std::vector<std::string> Files() const;

  // The full path of a tool.
  static std::string Tool(const std::string& name);

 private:
  std::string folder_;
};

// The number after "KEY": in `json`; fails the test where there is none.
double JsonNumber(const std::string& json, const std::string& key);

}  // namespace dc::test

#endif  // DC_TESTS_CLI_TOOL_RUNNER_H_
