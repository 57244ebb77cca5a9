// Protobuf's wire format, as much of it as proto/manifest.proto takes: varints, 4-byte numbers and
// what has a length (https://protobuf.dev/programming-guides/encoding).
#ifndef DC_FORMAT_WIRE_H_
#define DC_FORMAT_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace dc::format {

// What all messages of one parse share.
struct WireState {
  // What is wrong with the bytes, null as long as nothing is. Once set, no message has a next
  // field.
  const char* damage = nullptr;
  uint64_t numbers_left = 0;  // that lists may have yet, all together

  void Damage(const char* what) {
    if (damage == nullptr) damage = what;
  }
};

// The fields of one message, in the order of the file. A number that the .proto file gives another
// type, or that does not fit its type, is damage, and then 0.
class WireMessage {
 public:
  // Neither is copied.
  WireMessage(std::span<const uint8_t> bytes, WireState* state) : rest_(bytes), state_(state) {}

  // Goes to the next field, past what was not read of this one. False at the end, and after damage.
  bool Next();
  // The field's number in the .proto file.
  uint32_t field() const { return field_; }

  // The field's value.
  uint64_t Number();                     // uint64
  uint32_t Number32();                   // uint32
  bool Flag() { return Number() != 0; }  // bool
  float Float();                         // float
  std::span<const uint8_t> Bytes();      // bytes, or a message's
  std::string Text();                    // likewise, copied

  // The next number of a repeated field, packed or not; false where it has no more, and where
  // numbers_left has run out, which is damage.
  bool NextNumber(uint64_t* number);    // uint64
  bool NextNumber32(uint32_t* number);  // uint32
  bool NextSigned(int64_t* number);     // sint64
  bool NextFloat(float* number);        // float

 private:
  // Protobuf's numbers of them.
  enum class Type : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  uint64_t Varint(std::span<const uint8_t>* from);
  std::span<const uint8_t> Take(std::span<const uint8_t>* from, uint64_t count);
  uint32_t Fixed32(std::span<const uint8_t>* from);
  // Whether the field is of `type`; damage if not.
  bool Is(Type type);
  // Whether the field has another number of `type`, which `*from` then begins with.
  bool NextItem(Type type, std::span<const uint8_t>** from);
  uint32_t Narrow(uint64_t number);

  std::span<const uint8_t> rest_;     // behind the field's tag and length
  std::span<const uint8_t> payload_;  // of a field of type kBytes, what has not been read of it
  WireState* state_;
  uint32_t field_ = 0;
  Type type_ = Type::kVarint;
  bool unread_ = false;  // the value is what rest_ begins with
};

}  // namespace dc::format

#endif  // DC_FORMAT_WIRE_H_
