// Checks that fields cover a byte string.
#ifndef DC_TESTS_UNIT_INSPECT_MARKED_COVER_H_
#define DC_TESTS_UNIT_INSPECT_MARKED_COVER_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "inspect/inspect_fields.h"

namespace dc {

// Every byte of `size` is in exactly one field, fields ascend and each has a name.
inline void ExpectCover(const std::vector<ByteField>& fields, uint64_t size,
                        const std::string& what) {
  uint64_t end = 0;
  for (const ByteField& field : fields) {
    EXPECT_EQ(field.begin, end) << what << ", " << field.text;
    EXPECT_GT(field.size, 0u) << what << ", " << field.text;
    EXPECT_NE(field.text, "") << what << ", offset " << field.begin;
    end = field.begin + field.size;
  }
  EXPECT_EQ(end, size) << what;
}

// "SIZE TEXT" of each field.
inline std::vector<std::string> Lines(const std::vector<ByteField>& fields) {
  std::vector<std::string> lines;
  for (const ByteField& field : fields) {
    lines.push_back(std::to_string(field.size) + " " + field.text);
  }
  return lines;
}

}  // namespace dc

#endif  // DC_TESTS_UNIT_INSPECT_MARKED_COVER_H_
