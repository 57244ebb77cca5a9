// The fuzz targets on their corpora and on every golden file.
#include <gtest/gtest.h>

#include <filesystem>

#include "dc/files.h"
#include "fuzz/fuzz_targets.h"

namespace dc {
namespace {

// Calls `target` with every file of `folder` below tests/; returns how many there were.
int Replay(const std::string& folder, void (*target)(std::span<const uint8_t>)) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(DC_TESTS_DIR "/" + folder)) {
    const auto bytes = ReadFile(entry.path().string());
    EXPECT_TRUE(bytes.ok());
    if (!bytes.ok()) continue;
    target(*bytes);
    ++count;
  }
  return count;
}

TEST(FuzzReplayTest, Container) {
  EXPECT_GT(Replay("golden/v1", &FuzzContainer), 20);
  EXPECT_GT(Replay("fuzz/corpus/container", &FuzzContainer), 0);
}

TEST(FuzzReplayTest, Manifest) { EXPECT_GT(Replay("fuzz/corpus/manifest", &FuzzManifest), 0); }

TEST(FuzzReplayTest, Load) {
  EXPECT_GT(Replay("golden/v1", &FuzzLoad), 20);
  EXPECT_GT(Replay("fuzz/corpus/load", &FuzzLoad), 0);
  EXPECT_GT(Replay("fuzz/corpus/decode", &FuzzLoad), 0);
}

TEST(FuzzReplayTest, Weight) { EXPECT_GT(Replay("fuzz/corpus/weight", &FuzzWeight), 0); }

TEST(FuzzReplayTest, Symbols) { EXPECT_GT(Replay("fuzz/corpus/symbols", &FuzzSymbols), 0); }

TEST(FuzzReplayTest, Decode) {
  EXPECT_GT(Replay("golden/v1", &FuzzDecode), 20);
  EXPECT_GT(Replay("fuzz/corpus/decode", &FuzzDecode), 0);
}

TEST(FuzzReplayTest, Import) { EXPECT_GT(Replay("fuzz/corpus/import", &FuzzImport), 0); }

}  // namespace
}  // namespace dc
