// Loads something that is no .dcz through the installed runtime and prints the error.
#include <dc/runtime.h>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  const std::vector<uint8_t> garbage(1000, 0x5A);
  const auto session = dc::Session::Load(garbage, {});
  if (session.ok()) return 1;
  std::printf("%s\n", session.status().ToString().c_str());
  return dc::ExitCode(session.status().code()) == 3 ? 0 : 1;
}
