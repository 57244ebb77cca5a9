// A byte string taken apart into named fields.
#ifndef DC_INSPECT_INSPECT_FIELDS_H_
#define DC_INSPECT_INSPECT_FIELDS_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dc {

// What the bytes of a field spell, where they are a list of numbers.
enum class Numbers : uint8_t { kNone, kFloat32, kFloat16 };

struct ByteField {
  uint64_t begin = 0, size = 0;  // bytes
  int depth = 0;                 // messages around it
  std::string text;
  Numbers numbers = Numbers::kNone;
};

// Puts one field after another. Fields without bytes are left out.
class FieldWriter {
 public:
  // `begin`: the offset of the first field.
  explicit FieldWriter(uint64_t begin = 0) : at_(begin) {}

  void Add(uint64_t size, std::string text, int depth = 0, Numbers numbers = Numbers::kNone) {
    if (size == 0) return;
    fields_.push_back({at_, size, depth, std::move(text), numbers});
    at_ += size;
  }
  // One field up to offset `end`; none where that was passed already.
  void AddUpTo(uint64_t end, std::string text, int depth = 0) {
    if (end > at_) Add(end - at_, std::move(text), depth);
  }
  // Fields whose offsets count from the end of those that are there.
  void Append(const std::vector<ByteField>& fields) {
    for (const ByteField& field : fields) Add(field.size, field.text, field.depth, field.numbers);
  }
  uint64_t at() const { return at_; }
  std::vector<ByteField> Take() { return std::move(fields_); }

 private:
  std::vector<ByteField> fields_;
  uint64_t at_;
};

// A byte string and its fields, which cover every byte once, in order.
struct MarkedBytes {
  std::string name;  // "" for the file itself
  std::span<const uint8_t> bytes;
  std::vector<ByteField> fields;
};

}  // namespace dc

#endif  // DC_INSPECT_INSPECT_FIELDS_H_
