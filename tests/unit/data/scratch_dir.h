// A directory of one test's own that goes away with it.
#ifndef DC_TESTS_UNIT_DATA_SCRATCH_DIR_H_
#define DC_TESTS_UNIT_DATA_SCRATCH_DIR_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace dc {

class ScratchDir {
 public:
  ScratchDir() {
    std::string pattern = testing::TempDir() + "/dc_XXXXXX";
    const char* made = mkdtemp(pattern.data());
    EXPECT_NE(made, nullptr);
    path_ = pattern;
  }
  ~ScratchDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

  // Writes `bytes` to the file `name` and returns its path.
  std::string Write(const std::string& name, std::span<const uint8_t> bytes) const {
    std::ofstream file(File(name), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    EXPECT_TRUE(file.good());
    return File(name);
  }
  std::string Write(const std::string& name, const std::string& text) const {
    return Write(name, std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  }

 private:
  std::string path_;
};

}  // namespace dc

#endif  // DC_TESTS_UNIT_DATA_SCRATCH_DIR_H_
