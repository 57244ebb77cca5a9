#include "common/output.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "dc/printable.h"

namespace dc {
namespace {

// The first error of stdout; its buffer may have met it long before the end.
int output_error = 0;

void Put(const std::string& text) {
  errno = 0;
  const size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written < text.size() && output_error == 0) output_error = errno != 0 ? errno : EIO;
}

}  // namespace

void PrintLine(const char* format, ...) {
  std::va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  const int size = std::vsnprintf(nullptr, 0, format, list);
  std::string line(size < 0 ? 0 : static_cast<size_t>(size), '\0');
  std::vsnprintf(line.data(), line.size() + 1, format, again);
  va_end(again);
  va_end(list);
  Put(Printable(line) + "\n");
}

void PrintText(const std::string& text) { Put(PrintableLines(text)); }

Status FlushOutput() {
  errno = 0;
  if (std::fflush(stdout) != 0 && output_error == 0) output_error = errno != 0 ? errno : EIO;
  if (output_error == 0 && std::ferror(stdout) == 0) return OkStatus();
  const char* why = std::strerror(output_error != 0 ? output_error : EIO);
  return IoError(std::string("results are lost, stdout cannot be written: ") + why, "",
                 "free some space, or print elsewhere, and run again");
}

void PrintRemark(const std::string& text) {
  std::fprintf(stderr, "%s\n", Shortened(Printable(text), kLongestRemark).c_str());
}

}  // namespace dc
