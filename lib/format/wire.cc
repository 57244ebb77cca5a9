#include "format/wire.h"

#include <bit>

namespace dc::format {

namespace {

constexpr const char* kEnds = "it ends within a field";

}  // namespace

uint64_t WireMessage::Varint(std::span<const uint8_t>* from) {
  uint64_t number = 0;
  for (size_t i = 0; i < from->size(); ++i) {
    const uint64_t byte = (*from)[i];
    // Ten bytes of seven bits: the last has one.
    if (i == 9 && byte > 1) {
      state_->Damage("a number of more than 64 bits");
      return 0;
    }
    number |= (byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      *from = from->subspan(i + 1);
      return number;
    }
  }
  state_->Damage(kEnds);
  return 0;
}

std::span<const uint8_t> WireMessage::Take(std::span<const uint8_t>* from, uint64_t count) {
  if (count > from->size()) {
    state_->Damage(kEnds);
    return {};
  }
  const std::span<const uint8_t> taken = from->first(static_cast<size_t>(count));
  *from = from->subspan(static_cast<size_t>(count));
  return taken;
}

uint32_t WireMessage::Fixed32(std::span<const uint8_t>* from) {
  uint32_t bits = 0;
  int shift = 0;
  for (const uint8_t byte : Take(from, 4)) {
    bits |= static_cast<uint32_t>(byte) << shift;
    shift += 8;
  }
  return bits;
}

bool WireMessage::Next() {
  if (unread_) {
    if (type_ == Type::kVarint) Varint(&rest_);
    if (type_ == Type::kFixed32) Take(&rest_, 4);
    if (type_ == Type::kFixed64) Take(&rest_, 8);
  }
  if (state_->damage != nullptr || rest_.empty()) return false;
  const uint32_t tag = Narrow(Varint(&rest_));
  field_ = tag >> 3;
  type_ = static_cast<Type>(tag & 7);
  unread_ = true;
  if (type_ == Type::kBytes) {
    payload_ = Take(&rest_, Varint(&rest_));
  } else if (type_ != Type::kVarint && type_ != Type::kFixed32 && type_ != Type::kFixed64) {
    state_->Damage("a field of a type that does not exist");
  }
  if (field_ == 0) state_->Damage("a field without a number");
  return state_->damage == nullptr;
}

bool WireMessage::Is(Type type) {
  if (type_ != type) state_->Damage("a field of another type");
  if (!unread_ || type_ != type) return false;
  unread_ = false;
  return true;
}

uint32_t WireMessage::Narrow(uint64_t number) {
  if (number > 0xFFFFFFFFu) {
    state_->Damage("a number of more than 32 bits");
    return 0;
  }
  return static_cast<uint32_t>(number);
}

uint64_t WireMessage::Number() { return Is(Type::kVarint) ? Varint(&rest_) : 0; }

uint32_t WireMessage::Number32() { return Narrow(Number()); }

float WireMessage::Float() {
  return Is(Type::kFixed32) ? std::bit_cast<float>(Fixed32(&rest_)) : 0.0f;
}

std::span<const uint8_t> WireMessage::Bytes() {
  return Is(Type::kBytes) ? payload_ : std::span<const uint8_t>();
}

std::string WireMessage::Text() {
  const std::span<const uint8_t> bytes = Bytes();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool WireMessage::NextItem(Type type, std::span<const uint8_t>** from) {
  if (type_ == Type::kBytes) {
    *from = &payload_;
    if (payload_.empty()) return false;
  } else {
    *from = &rest_;
    if (!unread_ || !Is(type)) return false;
  }
  if (state_->numbers_left == 0) state_->Damage("too many numbers");
  if (state_->damage != nullptr) return false;
  --state_->numbers_left;
  return true;
}

bool WireMessage::NextNumber(uint64_t* number) {
  std::span<const uint8_t>* from;
  if (!NextItem(Type::kVarint, &from)) return false;
  *number = Varint(from);
  return state_->damage == nullptr;
}

bool WireMessage::NextNumber32(uint32_t* number) {
  uint64_t wide;
  if (!NextNumber(&wide)) return false;
  *number = Narrow(wide);
  return state_->damage == nullptr;
}

bool WireMessage::NextSigned(int64_t* number) {
  uint64_t zigzag;  // 0, -1, 1, -2, ...
  if (!NextNumber(&zigzag)) return false;
  *number = static_cast<int64_t>((zigzag >> 1) ^ (0 - (zigzag & 1)));
  return true;
}

bool WireMessage::NextFloat(float* number) {
  std::span<const uint8_t>* from;
  if (!NextItem(Type::kFixed32, &from)) return false;
  *number = std::bit_cast<float>(Fixed32(from));
  return state_->damage == nullptr;
}

}  // namespace dc::format
